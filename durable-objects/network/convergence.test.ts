import { beforeEach, describe, expect, it } from 'vitest';
import { objectSql } from '../../test/support/object-sql.ts';
import { convergenceOf } from './convergence.ts';
import { DesiredTable } from './desired.ts';
import { Members, pageOf } from './members.ts';
import { networkMigrations } from './schema.ts';

let desired: DesiredTable;
let members: Members;

const view = () => convergenceOf('n', 7, members.all(), desired.all());
const progress = (stream: string, more: object = {}) => ({
  stream,
  version: 5,
  sentVersion: 5,
  ackedVersion: 5,
  ackedAt: 9,
  roundTripMs: 3,
  nack: null,
  ...more,
});
const place = (key: string, physicalId: string | null, id = 1) => members.place({ key, physicalId, id });

beforeEach(() => {
  const sql = objectSql(networkMigrations);
  desired = new DesiredTable(sql);
  members = new Members(sql);
});

describe('the convergence view', () => {
  it('shows each gateway with its streams, in order, and the longest round trip', () => {
    place('g2', null, 2);
    place('g1', 'hw1');
    for (const stream of ['configs', 'beacon']) desired.set('g1', stream, { version: 5, digest: 'd', at: 1 });
    desired.progress('g1', [progress('configs', { roundTripMs: 12 }), progress('beacon')]);
    members.report('g1', {
      hardwareId: 'hw1',
      revision: 1,
      connection: { since: 4, certificateExpiresAt: 8 },
      checkin: { at: 6, state: '{}' },
    });
    const stream = { desiredVersion: 5, sentVersion: 5, ackedVersion: 5, ackedAt: 9, nack: null };
    expect(view()).toEqual({
      networkId: 'n',
      version: 7,
      gateways: [
        {
          gatewayId: 'g1',
          hardwareId: 'hw1',
          connected: true,
          connectedSince: 4,
          lastCheckin: 6,
          certificateExpiresAt: 8,
          roundTripMs: 12,
          streams: [
            { stream: 'beacon', ...stream },
            { stream: 'configs', ...stream },
          ],
        },
        {
          gatewayId: 'g2',
          hardwareId: null,
          connected: false,
          connectedSince: null,
          lastCheckin: null,
          certificateExpiresAt: null,
          roundTripMs: null,
          streams: [],
        },
      ],
    });
  });

  it('keeps the certificate’s end when the gateway has gone', () => {
    place('g1', 'hw1');
    members.report('g1', { hardwareId: 'hw1', revision: 1, connection: { since: 4, certificateExpiresAt: 8 } });
    members.report('g1', { hardwareId: 'hw1', revision: 2, connection: null });
    expect(view().gateways[0]).toMatchObject({ connected: false, connectedSince: null, certificateExpiresAt: 8 });
  });

  it('says what the gateway refused, and before that, that there is nothing to be sent', () => {
    place('g1', 'hw1');
    desired.set('g1', 's', { version: 5, digest: 'd', at: 1 });
    const nack = { version: 5, reason: 'no', path: 'a.b', at: 2 };
    desired.progress('g1', [progress('s', { nack })]);
    expect(view().gateways[0]?.streams[0]?.nack).toEqual(nack);
    desired.unrenderable('g1', 's', 6, 'it broke', 3);
    expect(view().gateways[0]?.streams[0]).toMatchObject({ desiredVersion: 5, nack: { reason: 'cannot be rendered: it broke', at: 3 } });
    desired.rendered('g1', 's');
    expect(view().gateways[0]?.streams[0]?.nack).toEqual(nack);
  });
});

describe('what is desired', () => {
  const one = (version: number, digest = 'd') => ({ stream: 's', version, digest });
  beforeEach(() => void place('g1', 'hw1'));

  it('is undelivered until the very content was taken', () => {
    desired.set('g1', 's', { version: 5, digest: 'd', at: 1 });
    expect(desired.undelivered()).toEqual(['g1']);
    desired.delivered('g1', one(4));
    desired.delivered('g1', one(5, 'other'));
    expect(desired.undelivered()).toEqual(['g1']);
    desired.delivered('g1', one(5));
    expect(desired.undelivered()).toEqual([]);
    desired.set('g1', 's', { version: 5, digest: 'again', at: 2 });
    expect(desired.undelivered()).toEqual(['g1']);
    desired.delivered('g1', one(5));
    expect(desired.undelivered()).toEqual(['g1']);
    expect(desired.get('g1', 's')).toEqual({ version: 5, digest: 'again', at: 2 });
  });

  it('waits for nobody without hardware, and for nothing that could never be rendered', () => {
    place('g2', null, 2);
    desired.set('g2', 's', { version: 5, digest: 'd', at: 1 });
    desired.unrenderable('g1', 's', 5, 'no', 1);
    expect(desired.undelivered()).toEqual([]);
    place('g2', 'hw2', 2);
    expect(desired.undelivered()).toEqual(['g2']);
  });

  it('starts over with new hardware and goes with its gateway', () => {
    desired.set('g1', 's', { version: 5, digest: 'd', at: 1 });
    desired.delivered('g1', one(5));
    desired.progress('g1', [progress('s', { nack: { version: 5, reason: 'no', path: '', at: 1 } })]);
    desired.startOver('g1');
    expect(desired.undelivered()).toEqual(['g1']);
    expect(view().gateways[0]).toMatchObject({
      roundTripMs: null,
      streams: [{ desiredVersion: 5, sentVersion: null, ackedVersion: null, nack: null }],
    });
    desired.remove('g1');
    expect(desired.all()).toEqual([]);
  });
});

describe('members', () => {
  it('leave their old hardware behind, until it was cut off or came back', () => {
    expect(place('g1', 'hw1')).toBe(true);
    expect(place('g1', 'hw1')).toBe(false);
    expect(place('g1', 'hw2')).toBe(true);
    expect(members.leavers()).toEqual([{ hardwareId: 'hw1', gatewayId: 'g1' }]);
    expect(place('g1', 'hw1')).toBe(true);
    expect(members.leavers()).toEqual([{ hardwareId: 'hw2', gatewayId: 'g1' }]);
    members.left('hw2', 'g1');
    members.remove('g1');
    expect(members.leavers()).toEqual([{ hardwareId: 'hw1', gatewayId: 'g1' }]);
    expect(members.all()).toEqual([]);
    members.remove('g1');
  });

  it('are others when they were made anew under the same id and hardware', () => {
    place('g1', 'hw1', 1);
    members.report('g1', { hardwareId: 'hw1', revision: 1, checkin: { at: 1, state: '{}' } });
    expect(place('g1', 'hw1', 2)).toBe(true);
    expect(members.leavers()).toEqual([{ hardwareId: 'hw1', gatewayId: 'g1' }]);
    expect(members.get('g1')).toMatchObject({ state: null, checkin_at: null });
  });

  it('are the same when their number was not kept yet', () => {
    const sql = objectSql(networkMigrations);
    sql.exec("INSERT INTO gateways (gateway_id, hardware_id, state) VALUES ('g1', 'hw1', '{}')");
    const old = new Members(sql);
    expect(old.place({ key: 'g1', physicalId: 'hw1', id: 7 })).toBe(false);
    expect(old.get('g1')).toMatchObject({ entity_id: 7, state: '{}' });
    expect(old.place({ key: 'g1', physicalId: 'hw1', id: 8 })).toBe(true);
  });

  it('report in pages of bounded size, those who have reported', () => {
    for (const [index, key] of ['g1', 'g2', 'g3', 'g4'].entries()) place(key, `hw${key}`, index);
    for (const key of ['g1', 'g3', 'g4'])
      members.report(key, { hardwareId: '', revision: 1, checkin: { at: 1, state: 'x'.repeat(2_500_000) } });
    const asked = ['nobody', 'g3', 'g2', 'g1', 'g4'];
    const first = pageOf(members.reporting(asked, 0));
    expect([first.reports.map(([id]) => id), first.next]).toEqual([['g3', 'g1'], 4]);
    const second = pageOf(members.reporting(asked, 4));
    expect([second.reports.map(([id]) => id), second.next]).toEqual([['g4'], null]);
    expect(pageOf(members.reporting(asked, 5))).toEqual({ reports: [], next: null });
    expect(pageOf(members.reporting(['g1'], 0)).reports.map(([id]) => id)).toEqual(['g1']);
  });
});

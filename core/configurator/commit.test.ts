import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { commit } from './commit.ts';
import { loadEntities, networkById } from './load.ts';
import { NETWORK, type Mutation } from './mutations.ts';

const gateway = (key: string) => ({ type: 'magmad_gateway', key });
const tier = (key: string) => ({ type: 'upgrade_tier', key });

describe('commit', () => {
  let store: TestD1;
  let db: Database;
  let request = 0;

  const apply = (mutations: readonly Mutation[], expected: { type: string; key: string; version: number }[] = [], networkId = 'n1') => {
    request += 1;
    return commit(
      db,
      { networkId, action: 'test.change', target: 'x', mutations, expect: expected },
      { actor: 'operator:admin', requestId: `r${request}`, at: 1000 + request },
    );
  };
  const rows = (sql: string) =>
    store.sqlite
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  const count = (table: string) => Number(rows(`SELECT COUNT(*) AS n FROM ${table}`)[0]?.['n']);
  const tables = ['networks', 'entities', 'associations', 'devices', 'revisions', 'audit', 'outbox', 'commit_guard'];
  const counts = () => Object.fromEntries(tables.map((table) => [table, count(table)]));

  beforeEach(async () => {
    store = testD1();
    db = new Database(store.d1);
    request = 0;
    await apply([
      {
        do: 'create_network',
        type: 'lte',
        name: 'One',
        description: 'first',
        configs: { dnsd_network: { local_ttl: 0 }, orc8r_features: { features: {} } },
      },
    ]);
  });
  afterEach(() => store.close());

  it('writes change, revision, audit row and outbox row in one round trip', async () => {
    const before = db.trips;
    const result = await apply([{ do: 'create_entity', id: gateway('g1'), name: 'G', physicalId: 'hw1', config: { a: 1 } }]);
    expect(db.trips - before).toBe(1);
    expect(result).toEqual({ networkId: 'n1', version: 2, changes: [gateway('g1')] });
    expect(rows('SELECT version, changes FROM outbox WHERE version = 2')).toEqual([{ version: 2, changes: '[["magmad_gateway","g1"]]' }]);
    expect(rows("SELECT actor, action, outcome, request_id FROM audit WHERE request_id = 'r2'")).toEqual([
      { actor: 'operator:admin', action: 'test.change', outcome: 'ok', request_id: 'r2' },
    ]);
    expect(count('commit_guard')).toBe(0);
  });

  it('numbers the first version of a network 1 and announces each next one', async () => {
    await apply([{ do: 'update_network', name: 'Two' }]);
    await apply([{ do: 'update_network', name: 'Three' }]);
    expect(rows('SELECT version FROM outbox ORDER BY id').map((row) => row['version'])).toEqual([1, 2, 3]);
  });

  it('rolls everything back when a version has moved', async () => {
    await apply([{ do: 'create_entity', id: gateway('g1'), name: 'G' }]);
    const before = counts();
    const stale = [{ ...gateway('g1'), version: 7 }];
    await expect(
      apply(
        [
          { do: 'create_entity', id: gateway('g2') },
          { do: 'update_entity', id: gateway('g1'), name: 'H' },
        ],
        stale,
      ),
    ).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect(counts()).toEqual(before);
    const [network] = await db.read(networkById({ id: 'n1' }));
    expect(network?.version).toBe(2);
  });

  it('rolls everything back when something else than the guard fails', async () => {
    await apply([{ do: 'create_entity', id: gateway('g1'), physicalId: 'hw1' }]);
    const before = counts();
    const taken = apply([
      { do: 'create_entity', id: gateway('g2') },
      { do: 'create_entity', id: gateway('g3'), physicalId: 'hw1' },
    ]);
    await expect(taken).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('hardware id') });
    await expect(apply([{ do: 'create_entity', id: gateway('g1') }])).rejects.toMatchObject({ code: 'conflict' });
    const dangling = apply([
      { do: 'create_entity', id: tier('t1') },
      { do: 'add_children', id: tier('t1'), type: 'magmad_gateway', keys: ['nope'] },
    ]);
    await expect(dangling).rejects.toMatchObject({ code: 'invalid' });
    expect(counts()).toEqual(before);
  });

  it('takes version 0 for "must not exist", for entities and networks', async () => {
    await apply([{ do: 'create_entity', id: gateway('g1') }], [{ ...gateway('g1'), version: 0 }]);
    await expect(apply([{ do: 'update_entity', id: gateway('g1') }], [{ ...gateway('g1'), version: 0 }])).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    const twice = apply([{ do: 'create_network', type: '', name: 'n', description: 'd', configs: {} }], [{ ...NETWORK, version: 0 }]);
    await expect(twice).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(apply([{ do: 'update_network', name: 'x' }], [], 'ghost')).rejects.toMatchObject({ code: 'precondition_failed' });
  });

  it('keeps the image before and after each change', async () => {
    await apply([{ do: 'create_entity', id: gateway('g1'), name: 'G', config: { a: 1 } }]);
    await apply([{ do: 'update_entity', id: gateway('g1'), name: 'H', config: { a: 2 } }]);
    await apply([{ do: 'delete_entity', id: gateway('g1') }]);
    const revisions = rows("SELECT version, before, after, actor FROM revisions WHERE key = 'g1' ORDER BY id").map((row) => ({
      version: row['version'],
      before: JSON.parse(String(row['before'])),
      after: JSON.parse(String(row['after'])),
    }));
    const image = (name: string, a: number) => ({ name, description: '', physical_id: null, config: { a }, children: [] });
    expect(revisions).toEqual([
      { version: 2, before: null, after: image('G', 1) },
      { version: 3, before: image('G', 1), after: image('H', 2) },
      { version: 4, before: image('H', 2), after: null },
    ]);
  });

  it('keeps network images, and the whole of the last one when it is deleted', async () => {
    await apply([{ do: 'update_network', name: 'Two' }]);
    await apply([{ do: 'delete_network' }]);
    const images = rows("SELECT before, after FROM revisions WHERE type = 'network' ORDER BY id");
    expect(JSON.parse(String(images[1]?.['before'])).name).toBe('One');
    expect(JSON.parse(String(images[1]?.['after'])).name).toBe('Two');
    expect(JSON.parse(String(images[2]?.['before'])).configs).toEqual({ dnsd_network: { local_ttl: 0 }, orc8r_features: { features: {} } });
    expect(images[2]?.['after']).toBeNull();
  });

  it('replaces one config of a network whole, removes another and leaves the rest', async () => {
    await apply([
      {
        do: 'update_network',
        configs: { dnsd_network: { enable_caching: true }, orc8r_features: null, state_config: { sync_interval: 30 } },
      },
    ]);
    const [network] = await db.read(networkById({ id: 'n1' }));
    expect(network).toEqual({
      id: 'n1',
      type: 'lte',
      name: 'One',
      description: 'first',
      version: 2,
      configs: { dnsd_network: { enable_caching: true }, state_config: { sync_interval: 30 } },
    });
    await apply([{ do: 'update_network', configs: { dnsd_network: null, state_config: null } }]);
    const [empty] = await db.read(networkById({ id: 'n1' }));
    expect(empty?.configs).toEqual({});
    await apply([{ do: 'update_network', configs: { flag: false, list: ['a', 'é"'], text: 'x', none: null } }]);
    await apply([{ do: 'update_network', configs: { other: 1.5 } }]);
    const [mixed] = await db.read(networkById({ id: 'n1' }));
    expect(mixed?.configs).toEqual({ flag: false, list: ['a', 'é"'], text: 'x', other: 1.5 });
  });

  it('takes entities, edges and devices away with their network and goes on counting when it comes back', async () => {
    await apply([
      { do: 'create_entity', id: tier('t1') },
      { do: 'create_entity', id: gateway('g1'), physicalId: 'hw1' },
      { do: 'add_children', id: tier('t1'), type: 'magmad_gateway', keys: ['g1'] },
      { do: 'put_device', hardwareId: 'hw1', type: 'access_gateway_record', info: { hardware_id: 'hw1' } },
    ]);
    const gone = await apply([{ do: 'delete_network' }]);
    expect(gone.version).toBe(3);
    expect(counts()).toMatchObject({ networks: 0, entities: 0, associations: 0, devices: 0 });
    const back = await apply([{ do: 'create_network', type: 'lte', name: 'again', description: 'd', configs: {} }]);
    expect(back.version).toBeGreaterThan(gone.version);
  });

  it('revokes the certificates of gateways that go with their network, and no others', async () => {
    const insert = store.sqlite.prepare(
      "INSERT INTO certificates (serial, fingerprint, kind, subject, not_before, not_after, issued_at) VALUES (?, 'f', ?, ?, 0, 1, 0)",
    );
    insert.run('A1', 'gateway', 'hw1');
    insert.run('A2', 'gateway', 'elsewhere');
    insert.run('A3', 'operator', 'hw1');
    await apply([{ do: 'create_entity', id: gateway('g1'), physicalId: 'hw1' }]);
    await apply([{ do: 'delete_network' }]);
    expect(rows('SELECT serial FROM certificates WHERE revoked_at IS NOT NULL')).toEqual([{ serial: 'A1' }]);
  });

  it('keeps an exclusive child under one parent of that type', async () => {
    await apply([
      { do: 'create_entity', id: tier('t1') },
      { do: 'create_entity', id: tier('t2') },
      { do: 'create_entity', id: gateway('g1') },
      { do: 'set_children', id: tier('t1'), type: 'magmad_gateway', keys: ['g1', 'g1'], exclusive: true },
    ]);
    await apply([{ do: 'add_children', id: tier('t2'), type: 'magmad_gateway', keys: ['g1'], exclusive: true }]);
    const [graph] = await db.read(loadEntities('n1', [gateway('g1')]));
    expect(graph.entities.get('magmad_gateway/g1')?.parents).toEqual([tier('t2')]);
  });

  it('sets children of one type only, and parents of one type only', async () => {
    await apply([
      { do: 'create_entity', id: tier('t1') },
      { do: 'create_entity', id: tier('t2') },
      { do: 'create_entity', id: gateway('g1') },
      { do: 'create_entity', id: { type: 'apn', key: 'a' } },
      { do: 'add_children', id: tier('t1'), type: 'apn', keys: ['a'] },
      { do: 'add_children', id: tier('t1'), type: 'magmad_gateway', keys: ['g1'] },
    ]);
    await apply([{ do: 'set_children', id: tier('t1'), type: 'magmad_gateway', keys: [] }]);
    await apply([{ do: 'set_parents', id: gateway('g1'), type: 'upgrade_tier', keys: ['t2'] }]);
    const [graph] = await db.read(loadEntities('n1', [tier('t1'), tier('t2')]));
    expect(graph.entities.get('upgrade_tier/t1')?.children).toEqual([{ type: 'apn', key: 'a' }]);
    expect(graph.entities.get('upgrade_tier/t2')?.children).toEqual([gateway('g1')]);
  });

  it('revokes the certificates of one subject only', async () => {
    const insert = store.sqlite.prepare(
      "INSERT INTO certificates (serial, fingerprint, kind, subject, not_before, not_after, issued_at) VALUES (?, 'f', 'gateway', ?, 0, 1, 0)",
    );
    insert.run('A1', 'hw1');
    insert.run('A2', 'hw2');
    await apply([{ do: 'revoke_certificates', kind: 'gateway', subject: 'hw1', reason: 'gateway deleted' }]);
    expect(rows('SELECT serial, revoked_at, revoke_reason FROM certificates ORDER BY serial')).toEqual([
      { serial: 'A1', revoked_at: 1002, revoke_reason: 'gateway deleted' },
      { serial: 'A2', revoked_at: null, revoke_reason: null },
    ]);
  });
});

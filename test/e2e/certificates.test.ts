import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import { normaliseSerial } from '../../core/certifier/serial.ts';
import { CloseCode } from '../../core/wire/limits.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { call } from '../../local/fixture/client.ts';
import { HOURLY } from '../../workers/certificate-sweeper.ts';
import { addGateway, auditOf, type Holder, holderOf } from '../harness/identities.ts';
import { next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, knock, RawGateway } from '../harness/raw-gateway.ts';
import { seenAs } from '../harness/views.ts';

const NETWORK = 'certs';
const HOUR = 3_600_000;
let test: TestPlatform;

interface Certificate {
  readonly serial: string;
  readonly state: string;
  readonly not_after: number;
  readonly revoke_reason: string | null;
}

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
});
afterAll(() => test?.close());

const revoke = (path: string, reason: string) => test.rest.must('POST', `/magma/v1/${path}:revoke`, { reason });
const certificatesOf = async (subject: string): Promise<Certificate[]> => {
  const { body } = await test.rest.must('GET', `/magma/v1/networks/${NETWORK}/certificates?subject=${encodeURIComponent(subject)}`);
  return (body as { certificates: Certificate[] }).certificates;
};
const codeOf = async (holder: Holder): Promise<string> => {
  const answer = await knock(test, holder);
  if (answer instanceof RawGateway) {
    await answer.end();
    return 'let in';
  }
  return (JSON.parse(answer.text) as { code: string }).code;
};
/** What an agent that `join` made presents. */
const presentedBy = (gateway: string): Holder => {
  const file = (name: string) => readFileSync(join(test.folder, 'agents', `${NETWORK}-${gateway}`, 'certs', name), 'utf8');
  return { ca: test.ca, client: { certificate: file('gateway.crt'), key: file('gateway.key') }, serial: '' };
};
const refusalsOf = async (target: string) => (await auditOf(test, target)).filter(({ outcome }) => outcome === 'refused');

describe('a revoked certificate', () => {
  it('ends the open connection of its gateway at once, and opens no other', async () => {
    const subject = await addGateway(test, NETWORK, 'raw');
    const [stolen, spare] = [await holderOf(test, { subject }), await holderOf(test, { subject })];
    const socket = await connectRaw(test, stolen);
    await socket.hello();
    await revoke(`networks/${NETWORK}/certificates/${spare.serial}`, 'never used');
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    const { body } = await revoke(`certificates/${stolen.serial}`, 'stolen');
    expect(body).toMatchObject({ serial: stolen.serial, state: 'revoked', gateway_id: 'raw', revoke_reason: 'stolen' });
    expect(await socket.closed).toEqual({ code: CloseCode.certificateRefused, reason: 'the certificate was revoked' });
    expect(await codeOf(stolen)).toBe('certificate_revoked');
    const audit = await auditOf(test, stolen.serial);
    expect(audit).toMatchObject([{ action: 'certificate.revoke', network_id: NETWORK, actor: 'operator:admin', outcome: 'ok' }]);
    expect(await refusalsOf(subject)).toMatchObject([{ detail: { reason: 'certificate_revoked' } }]);
  });

  it('is replaced by the agent of a gateway that is still registered', async () => {
    const agent = await test.join(NETWORK, 'g1');
    const { hardwareId } = await agent.identity();
    const [{ serial } = { serial: '' }] = await certificatesOf(hardwareId);
    const old = presentedBy('g1');
    const [renewed, connected] = [next(agent, 'bootstrap'), next(agent, 'connected')];
    await revoke(`networks/${NETWORK}/certificates/${serial}`, 'for tests');
    const fresh = normaliseSerial((await renewed).serial);
    await connected;
    await seenAs(test, NETWORK, 'g1', 'in_sync');
    const states = Object.fromEntries((await certificatesOf(hardwareId)).map((each) => [each.serial, each.state]));
    expect(states).toEqual({ [serial]: 'revoked', [fresh]: 'valid' });
    expect(await codeOf(old)).toBe('certificate_revoked');
  });

  it('of an operator is refused at the REST door', async () => {
    const holder = await holderOf(test, { subject: 'admin', kind: 'operator' });
    const ask = async () => {
      const { status, text } = await call(holder, `${test.platform.addresses.api}/magma/v1/networks`);
      return { status, code: status === 200 ? '' : (JSON.parse(text) as { code: string }).code };
    };
    expect(await ask()).toEqual({ status: 200, code: '' });
    await revoke(`certificates/${holder.serial}`, 'left the company');
    expect(await ask()).toEqual({ status: 401, code: 'certificate_revoked' });
  });
});

describe('renewal', () => {
  it('happens while the old certificate still holds, and nothing is refused meanwhile', async () => {
    let ahead = 0;
    const hourly: (() => void)[] = [];
    const clock = {
      ...systemClock,
      now: () => Date.now() + ahead,
      after: (ms: number, action: () => void) => {
        if (ms !== HOUR) return systemClock.after(ms, action);
        hourly.push(action);
        return { cancel: () => undefined };
      },
    };
    const agent = await test.join(NETWORK, 'g2', { clock });
    const { hardwareId } = await agent.identity();
    const old = presentedBy('g2');
    const faults: string[] = [];
    agent.on('bootstrap-failed', ({ reason }) => faults.push(reason));
    agent.on('checked-in', ({ ok, reason }) => ok || faults.push(reason));
    agent.on('disconnected', ({ reason }) => faults.push(reason));

    const [renewed, connected] = [next(agent, 'bootstrap'), next(agent, 'connected')];
    // 97 hours of life less 78 are 19: less than the 20 at which an agent renews.
    ahead = 78 * HOUR;
    expect(hourly).toHaveLength(1);
    for (const look of hourly.splice(0)) look();
    const fresh = normaliseSerial((await renewed).serial);
    await connected;
    await seenAs(test, NETWORK, 'g2', 'in_sync');

    expect(faults).toEqual([expect.stringContaining('the certificate was renewed')]);
    expect(await refusalsOf(hardwareId)).toEqual([]);
    const certificates = await certificatesOf(hardwareId);
    expect(certificates.map(({ state }) => state)).toEqual(['valid', 'valid']);
    expect(certificates.map(({ serial }) => serial)).toContain(fresh);
    expect(await codeOf(old)).toBe('let in');
  });
});

describe('an expired certificate', () => {
  it('is shown as such for a day, and then forgotten', async () => {
    const subject = await addGateway(test, NETWORK, 'idle');
    const wish = { subject, begins: -10.5 };
    const [young, old] = [await holderOf(test, wish), await holderOf(test, { subject, begins: -30 })];
    expect((await certificatesOf(subject)).map(({ state }) => state)).toEqual(['expired', 'expired']);
    await test.platform.scheduled(HOURLY);
    const left = await certificatesOf(subject);
    expect(left.map(({ serial }) => serial)).toEqual([young.serial]);
    expect(await codeOf(young)).toBe('certificate_expired');
    expect(await codeOf(old)).toBe('certificate_unknown');
  });
});

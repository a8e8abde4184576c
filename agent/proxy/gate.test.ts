import { describe, expect, it } from 'vitest';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { ManualClock, settle } from '../testing/manual-clock.ts';
import { MAX_WAITING, PROXY_PLACES, UplinkGate } from './gate.ts';

const forever = new AbortController().signal;
const cut = new GrpcError(GrpcStatus.UNAVAILABLE, 'cut');

function outcome(entered: Promise<() => void>) {
  const seen: { result?: 'in' | string } = {};
  entered.then(
    () => {
      seen.result = 'in';
    },
    (error: Error) => {
      seen.result = error.message;
    },
  );
  return seen;
}

describe('the gate', () => {
  it('lets in order, a number of places at a time', async () => {
    const gate = new UplinkGate(new ManualClock());
    gate.open();
    const leaves = await Promise.all(Array.from({ length: PROXY_PLACES }, () => gate.enter(forever)));
    const next = [outcome(gate.enter(forever)), outcome(gate.enter(forever))];
    await settle();
    expect(next).toEqual([{}, {}]);
    leaves[0]?.();
    leaves[0]?.();
    await settle();
    expect(next).toEqual([{ result: 'in' }, {}]);
  });

  it('forgets who gives up while waiting', async () => {
    const gate = new UplinkGate(new ManualClock());
    gate.open();
    const leaves = await Promise.all(Array.from({ length: PROXY_PLACES }, () => gate.enter(forever)));
    const abort = new AbortController();
    const [impatient, patient] = [outcome(gate.enter(abort.signal)), outcome(gate.enter(forever))];
    abort.abort();
    leaves[0]?.();
    await settle();
    expect([impatient, patient]).toEqual([{ result: 'the call was given up' }, { result: 'in' }]);
    expect(outcome(gate.enter(abort.signal))).toEqual({});
  });

  it('is drained before the uplink is made anew: those who are in finish, the others wait', async () => {
    const clock = new ManualClock();
    const gate = new UplinkGate(clock);
    gate.open();
    const leave = await gate.enter(forever);
    let empty = false;
    void gate.drain(2000).then(() => {
      empty = true;
    });
    const late = outcome(gate.enter(forever));
    await settle();
    expect([empty, late]).toEqual([false, {}]);
    leave();
    await settle();
    expect([empty, late]).toEqual([true, {}]);
    gate.expect(5000);
    gate.close(cut);
    await settle();
    expect(late).toEqual({});
    gate.open();
    await settle();
    expect(late).toEqual({ result: 'in' });
  });

  it('does not wait out a refusal', async () => {
    const gate = new UplinkGate(new ManualClock());
    gate.expect(5000);
    const waiting = outcome(gate.enter(forever));
    gate.close(new GrpcError(GrpcStatus.PERMISSION_DENIED, 'revoked'));
    await settle();
    expect(waiting).toEqual({ result: 'revoked' });
    await expect(gate.enter(forever)).rejects.toThrow('revoked');
  });

  it('leaves no timer behind when the agent stops', async () => {
    const clock = new ManualClock();
    const gate = new UplinkGate(clock);
    gate.expect(5000);
    const waiting = outcome(gate.enter(forever));
    void gate.drain(2000);
    gate.end();
    await settle();
    expect([waiting, clock.timers]).toEqual([{ result: 'the agent stops' }, []]);
  });

  it('does not drain for ever', async () => {
    const clock = new ManualClock();
    const gate = new UplinkGate(clock);
    gate.open();
    await gate.enter(forever);
    const drained = gate.drain(2000);
    await clock.advance(2000);
    await drained;
    const lost = gate.drain(9000);
    gate.close(cut);
    await lost;
    await expect(gate.enter(forever)).rejects.toBe(cut);
  });

  it('has room for so many who wait', async () => {
    const gate = new UplinkGate(new ManualClock());
    gate.expect(1000);
    const waiting = Array.from({ length: MAX_WAITING }, () => outcome(gate.enter(forever)));
    const one = outcome(gate.enter(forever));
    await settle();
    expect(one.result).toContain('wait for the uplink already');
    gate.close(cut);
    await settle();
    expect(waiting[0]).toEqual({});
    gate.open();
    await settle();
    expect(waiting.filter(({ result }) => result === 'in')).toHaveLength(PROXY_PLACES);
  });
});

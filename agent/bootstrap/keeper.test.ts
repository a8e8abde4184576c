import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silent } from '../log.ts';
import { pathsOf } from '../storage/paths.ts';
import { makeAuthority } from '../testing/authority.ts';
import { ManualClock, settle } from '../testing/manual-clock.ts';
import type { Credentials } from './credentials.ts';
import { parseCredentials, storeCredentials } from './credentials.ts';
import { CertificateKeeper } from './keeper.ts';

const HOUR = 3600_000;
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'agent-keeper-'))));
afterEach(async () => rm(folder, { recursive: true }));

/** A keeper with a certificate on disk that has `hoursLeft` at the clock's start. */
async function setUp(hoursLeft: number | undefined) {
  const clock = new ManualClock(Date.now());
  const authority = await makeAuthority();
  const make = async (hours: number): Promise<Credentials> => {
    const { certificate, key } = await authority.issue('gw', { notAfter: clock.now() + hours * HOUR });
    return parseCredentials(certificate, key);
  };
  const paths = pathsOf(folder);
  if (hoursLeft !== undefined) await storeCredentials(paths, await make(hoursLeft));
  const seen = { whys: [] as string[], renewed: [] as number[], news: 0 };
  const start = clock.now();
  const stop = new AbortController();
  const next = await make(97);
  const keeper = new CertificateKeeper({
    bootstrapper: {
      renew: async (why) => {
        seen.whys.push(why);
        return next;
      },
    },
    paths,
    clock,
    log: silent,
    signal: stop.signal,
    onNew: () => void seen.news++,
  });
  await keeper.load();
  const watch = () => keeper.watch(() => void seen.renewed.push(Math.round((clock.now() - start) / HOUR)));
  return { keeper, clock, seen, watch, next, stop };
}

describe('the certificate in force', () => {
  it('is the one on disk while it is good; renewed hourly checked, when less than 20 h are left', async () => {
    const { keeper, clock, seen, watch, next } = await setUp(30.5);
    await keeper.obtain();
    expect(seen.whys).toEqual([]);
    watch();
    await clock.advance(10 * HOUR);
    expect(seen.whys).toEqual([]);
    await clock.advance(HOUR);
    expect(seen.whys).toEqual([expect.stringContaining('expires at')]);
    expect(seen.renewed).toEqual([11]);
    expect(keeper.current).toBe(next);
    await clock.advance(50 * HOUR);
    expect(seen.whys).toHaveLength(1);
  });

  it('is renewed at once, but used meanwhile, when little is left at the start', async () => {
    const { keeper, seen, watch } = await setUp(5);
    await keeper.obtain();
    expect(seen.whys).toEqual([]);
    watch();
    await settle();
    expect(seen.renewed).toEqual([0]);
    expect(seen.news).toBe(1);
  });

  it.each([
    ['missing', undefined, 'there is no certificate yet'],
    ['expired', -0.5, 'the certificate has expired'],
  ])('is obtained first when it is %s', async (_name, hours, why) => {
    const { keeper, seen, next } = await setUp(hours);
    await keeper.obtain();
    expect(seen.whys).toEqual([why]);
    expect(keeper.current).toBe(next);
  });

  it('is left alone after the stop', async () => {
    const { keeper, clock, seen, watch, stop } = await setUp(30.5);
    await keeper.obtain();
    watch();
    stop.abort();
    await keeper.stop();
    await clock.advance(20 * HOUR);
    expect(seen.whys).toEqual([]);
    expect(clock.timers).toEqual([]);
  });
});

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { postStreamed } from '../harness/streaming.ts';

/** Longer than an idle object stays in memory, and than a call may be silent. */
const SILENCE_MS = 16_000;

let test: TestPlatform;
let quiet: string;

beforeAll(async () => {
  test = await startTestPlatform();
  quiet = join(test.folder, 'quiet.log');
  writeFileSync(quiet, '');
  await test.join('n', 'gw1', { logFiles: { quiet } });
});
afterAll(() => test?.close());

describe('a log that is followed', () => {
  it('stays open while nothing is written to it', async () => {
    // The head comes with the first sign of life of the empty log, after ten seconds.
    const log = await postStreamed(test, '/magma/v1/networks/n/gateways/gw1/command/tail_logs', { service: 'quiet' });
    expect([log.status, log.text()]).toEqual([200, '']);
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    appendFileSync(quiet, 'at last\n');
    expect(await log.until('at last')).toBe('at last\n');
    log.leave();
  }, 60_000);
});

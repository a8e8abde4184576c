import { existsSync, readFileSync } from 'node:fs';
import { appendFile, chmod, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcError } from '../../core/wire/grpc.ts';
import { CheckStatelessResponse_AGWMode, ConfigureStatelessRequest_Cmd } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { systemClock } from '../clock.ts';
import { ManualClock, until } from '../testing/manual-clock.ts';
import { genericCommand } from './generic-command.ts';
import { hostFault } from './host.ts';
import { parsePing, ping } from './ping.ts';
import { allServices, reboot, restartServices } from './restart.ts';
import { runCommand, splitCommandLine } from './run-command.ts';
import { checkStateless, configureStateless } from './stateless.ts';
import { tail } from './tail.ts';
import { parseTraceroute, traceroute } from './traceroute.ts';

let folder: string;
let abort: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-commands-'));
  abort = new AbortController();
});
afterEach(async () => {
  abort.abort();
  await rm(folder, { recursive: true });
});

const clock = systemClock;
const context = () => ({ clock, signal: abort.signal });

async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

async function refusal(promise: Promise<unknown>): Promise<[number, string]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GrpcError) return [error.code, error.message];
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A zombie that nobody has collected yet counts as ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function pidIn(path: string): Promise<number> {
  await until(() => existsSync(path), path);
  return Number(await readFile(path, 'utf8'));
}

describe('programs', () => {
  it('command lines are split without a shell', () => {
    expect(splitCommandLine('systemctl restart magma@{service}')).toEqual(['systemctl', 'restart', 'magma@{service}']);
    expect(splitCommandLine(`sh -c 'echo "a b" $HOME' "c \\"d\\"" e\\ f ""`)).toEqual(['sh', '-c', 'echo "a b" $HOME', 'c "d"', 'e f', '']);
    expect(() => splitCommandLine('echo "open')).toThrow('left open');
    expect(() => splitCommandLine('  ')).toThrow('empty');
  });

  it('a cancelled program ends together with its children', async () => {
    const pidFile = join(folder, 'pid');
    const program = await script('parent', `sleep 600 &\necho $! > ${pidFile}.part\nmv ${pidFile}.part ${pidFile}\nwait`);
    const done = runCommand({ command: program, args: [], clock, signal: abort.signal, timeoutMs: 60_000 });
    const child = await pidIn(pidFile);
    expect(isAlive(child)).toBe(true);
    abort.abort();
    expect((await done).code).toBe(-1);
    await until(() => !isAlive(child), 'the end of the child');
  });

  it('a program that overstays its time is ended, even when it ignores SIGTERM', async () => {
    const manual = new ManualClock();
    const program = await script(
      'stubborn',
      `trap '' TERM\necho $$ > ${folder}/part\nmv ${folder}/part ${folder}/pid\nwhile :; do sleep 0.05; done`,
    );
    const done = runCommand({ command: program, args: [], clock: manual, signal: abort.signal, timeoutMs: 15_000 });
    const pid = await pidIn(join(folder, 'pid'));
    await manual.advance(15_000);
    expect(isAlive(pid)).toBe(true);
    await manual.advance(2_000);
    expect(await done).toMatchObject({ timedOut: true, code: -1 });
    expect(isAlive(pid)).toBe(false);
  });
});

describe('ping', () => {
  it('really pings this host', async () => {
    const result = await ping({ hostOrIp: '127.0.0.1', numPackets: 2 }, context());
    expect(result).toMatchObject({ hostOrIp: '127.0.0.1', numPackets: 2, packetsTransmitted: 2, packetsReceived: 2 });
    expect(result.error ?? '').toBe('');
    expect(result.avgResponseMs).toBeGreaterThan(0);
  });

  it('reads iputils and BusyBox, with and without answers', () => {
    expect(parsePing('3 packets transmitted, 3 received, 0% packet loss, time 2003ms\nrtt min/avg/max/mdev = 0.1/0.25/0.5/0.1 ms')).toEqual(
      { packetsTransmitted: 3, packetsReceived: 3, avgResponseMs: 0.25 },
    );
    expect(parsePing('4 packets transmitted, 2 packets received, 50% packet loss\nround-trip min/avg/max = 1.0/2.5/4.0 ms')).toEqual({
      packetsTransmitted: 4,
      packetsReceived: 2,
      avgResponseMs: 2.5,
    });
    expect(parsePing('2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1001ms')).toEqual({
      packetsTransmitted: 2,
      packetsReceived: 0,
      avgResponseMs: 0,
    });
    expect(parsePing('ping: nowhere.invalid: Name or service not known')).toBeUndefined();
  });

  it('says what is wrong for each host: a bad name, an unknown one, a missing program', async () => {
    expect((await ping({ hostOrIp: '-f', numPackets: 1 }, context())).error).toContain('is not a host name');
    expect((await ping({ hostOrIp: 'no-such-host.invalid', numPackets: 1 }, context())).error).toMatch(/no-such-host\.invalid/);
    expect((await ping({ hostOrIp: '127.0.0.1', numPackets: 1 }, { ...context(), pingProgram: join(folder, 'absent') })).error).toBe(
      'ping is not installed on this gateway: install iputils-ping',
    );
  });

  it('takes names and addresses for hosts, and nothing that a program would read as something else', () => {
    for (const host of ['127.0.0.1', '::1', 'fe80::1%eth0', 'a-b.example', 'my_host']) expect(hostFault(host), host).toBeUndefined();
    for (const host of ['', '-c', '--help', 'a b', 'a;reboot', '$(id)', 'a\nb', 'x'.repeat(300)])
      expect(hostFault(host), host).toBeDefined();
  });
});

describe('traceroute', () => {
  it('hands over hops and packet size, and reads what comes back', async () => {
    const tracerouteProgram = await script(
      'traceroute',
      `echo "$@" > ${folder}/args\necho 'traceroute to h (10.0.0.9)'\necho ' 1  gw (10.0.0.1)  0.5 ms  0.6 ms *'`,
    );
    const result = await traceroute({ hostOrIp: 'h', maxHops: 5, bytesPerPacket: 100 }, { ...context(), tracerouteProgram });
    expect(result).toEqual({
      hostOrIp: 'h',
      error: '',
      hops: [
        {
          idx: 1,
          probes: [
            { hostname: 'gw', ip: '10.0.0.1', rttMs: 0.5 },
            { hostname: 'gw', ip: '10.0.0.1', rttMs: 0.6 },
            { hostname: '*', ip: '', rttMs: 0 },
          ],
        },
      ],
    });
    expect((await readFile(join(folder, 'args'), 'utf8')).trim()).toBe('-m 5 -w 3 h 100');
    expect(
      (await traceroute({ hostOrIp: 'h', maxHops: 0, bytesPerPacket: 0 }, { ...context(), tracerouteProgram: join(folder, 'absent') }))
        .error,
    ).toContain('install traceroute');
  });

  it('reads hops that change hosts or never answer', () => {
    const text =
      'traceroute to 8.8.8.8 (8.8.8.8), 30 hops max, 60 byte packets\n 1  * * *\n 2  a (1.1.1.1)  1.5 ms b (2.2.2.2)  2.5 ms !N *\n';
    expect(parseTraceroute(text)).toEqual([
      { idx: 1, probes: [0, 1, 2].map(() => ({ hostname: '*', ip: '', rttMs: 0 })) },
      {
        idx: 2,
        probes: [
          { hostname: 'a', ip: '1.1.1.1', rttMs: 1.5 },
          { hostname: 'b', ip: '2.2.2.2', rttMs: 2.5 },
          { hostname: '*', ip: '', rttMs: 0 },
        ],
      },
    ]);
  });
});

describe('generic commands', () => {
  const run = (allowed: Record<string, string>, name: string, params = {}, withClock = clock as typeof clock | ManualClock) =>
    genericCommand(allowed, name, params, withClock, abort.signal);

  it('get their parameters as JSON on stdin and may answer JSON', async () => {
    expect(await run({ echo: 'cat' }, 'echo', { a: [1, 'two'] })).toEqual({ a: [1, 'two'] });
  });

  it('otherwise give stdout, stderr and the exit code', async () => {
    const program = await script('fails', 'echo out; echo err >&2; exit 3');
    expect(await run({ fails: program }, 'fails')).toEqual({ stdout: 'out\n', stderr: 'err\n', returncode: 3 });
    expect(await run({ five: 'echo 5' }, 'five')).toEqual({ stdout: '5\n', stderr: '', returncode: 0 });
  });

  it('run only by a name that is on the list', async () => {
    expect(await refusal(run({ health: 'true', reload: 'true' }, 'rm -rf /'))).toEqual([
      3,
      'the command "rm -rf /" is not allowed; allowed are: health, reload',
    ]);
    expect(await refusal(run({}, 'toString'))).toEqual([3, 'the command "toString" is not allowed; this gateway allows none']);
    expect(await refusal(run({ gone: join(folder, 'absent') }, 'gone'))).toEqual([
      9,
      expect.stringContaining('is missing on this gateway'),
    ]);
  });

  it('end after 15 s', async () => {
    const manual = new ManualClock();
    const done = refusal(run({ slow: 'sleep 600' }, 'slow', {}, manual));
    await manual.advance(15_000);
    expect(await done).toEqual([4, 'the command slow exceeded 15 s and was ended']);
  });
});

describe('restart and reboot', () => {
  it('are refused where they are not set up', async () => {
    expect(await refusal(reboot(undefined, clock, abort.signal))).toEqual([9, expect.stringContaining('--reboot-command')]);
    expect(await refusal(restartServices(undefined, ['mme'], clock, abort.signal))).toEqual([
      9,
      expect.stringContaining('--restart-command'),
    ]);
  });

  it('run the configured command for each service, name within its word', async () => {
    const program = await script('restart', `printf '%s|' "$@" >> ${folder}/log`);
    await restartServices(`${program} restart magma@{service}`, ['mme', 'sessiond'], clock, abort.signal);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('restart|magma@mme|restart|magma@sessiond|');
  });

  it('never hand a bad name to a program', async () => {
    const program = await script('restart', `touch ${folder}/ran`);
    for (const name of ['', 'a b', '$(id)', '../x', '-f', 'a;b', 'x'.repeat(200)]) {
      expect(await refusal(restartServices(`${program} {service}`, ['mme', name], clock, abort.signal)), name).toEqual([
        3,
        expect.stringContaining('is not the name of a service'),
      ]);
    }
    expect(await refusal(restartServices(`${program} {service}`, [], clock, abort.signal))).toEqual([
      3,
      'name at least one service to restart',
    ]);
    await expect(readFile(join(folder, 'ran'))).rejects.toThrow();
  });

  it('tell which one failed and why', async () => {
    const program = await script('restart', 'echo "unit $1 not found" >&2; exit 5');
    expect(await refusal(restartServices(`${program} {service}`, ['mme'], clock, abort.signal))).toEqual([
      13,
      'restarting mme failed with 5: unit mme not found',
    ]);
    expect(await refusal(reboot(`${program} now`, clock, abort.signal))).toEqual([
      13,
      'the reboot command failed with 5: unit now not found',
    ]);
  });

  it('a reboot counts as accepted when its command ends well or keeps running', async () => {
    await reboot('true', clock, abort.signal);
    const manual = new ManualClock();
    const accepted = reboot(
      await script('slow', `echo $$ > ${folder}/part\nmv ${folder}/part ${folder}/pid\nexec sleep 600`),
      manual,
      abort.signal,
    );
    const pid = await pidIn(join(folder, 'pid'));
    await manual.advance(2_000);
    await accepted;
    expect(isAlive(pid)).toBe(true);
    await manual.advance(60_000);
    await until(() => !isAlive(pid), 'the end of the reboot command');
  });
});

describe('starting and stopping all services', () => {
  it('are refused where they are not set up', async () => {
    expect(await refusal(allServices('start', undefined, clock, abort.signal))).toEqual([9, expect.stringContaining('--start-command')]);
    expect(await refusal(allServices('stop', undefined, clock, abort.signal))).toEqual([9, expect.stringContaining('--stop-command')]);
  });

  it('run the configured command, and tell how it failed', async () => {
    const program = await script('services', `echo "$1" >> ${folder}/log; [ "$1" = start ]`);
    await allServices('start', `${program} start`, clock, abort.signal);
    expect(await refusal(allServices('stop', `${program} stop`, clock, abort.signal))).toEqual([
      13,
      expect.stringContaining('stopping services failed with 1'),
    ]);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('start\nstop\n');
  });
});

describe('stateless operation', () => {
  const { STATELESS, STATEFUL, CORRUPT, INVALID } = CheckStatelessResponse_AGWMode;
  const { CHECK, ENABLE, DISABLE } = ConfigureStatelessRequest_Cmd;

  it('is refused where it is not set up', async () => {
    const named = [9, expect.stringContaining('--stateless-command')];
    expect(await refusal(checkStateless(undefined, clock, abort.signal))).toEqual(named);
    expect(await refusal(configureStateless(undefined, ENABLE, clock, abort.signal))).toEqual(named);
  });

  it('is told by the exit code', async () => {
    for (const [code, agwMode] of [STATELESS, STATEFUL, CORRUPT, INVALID].entries())
      expect(await checkStateless(`sh -c 'exit ${code}' {action}`, clock, abort.signal)).toEqual({ agwMode });
    expect(await refusal(checkStateless("sh -c 'echo no redis >&2; exit 9'", clock, abort.signal))).toEqual([
      13,
      'the stateless command failed with 9: no redis',
    ]);
    expect(await refusal(checkStateless(join(folder, 'absent'), clock, abort.signal))).toEqual([
      13,
      expect.stringContaining('not installed'),
    ]);
  });

  it('is configured, and has to be as it was to be afterwards', async () => {
    const program = await script('stateless', `echo $1 >> ${folder}/log; case $1 in disable) exit 1;; esac`);
    for (const command of [CHECK, ENABLE, DISABLE]) await configureStateless(`${program} {action}`, command, clock, abort.signal);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('check\nenable\ndisable\n');
    expect(await refusal(configureStateless("sh -c 'exit 2'", ENABLE, clock, abort.signal))).toEqual([
      13,
      'after "enable" the gateway is CORRUPT',
    ]);
    expect(await refusal(configureStateless('true', DISABLE, clock, abort.signal))).toEqual([
      13,
      'after "disable" the gateway is STATELESS',
    ]);
    expect(await refusal(configureStateless('true', 7 as never, clock, abort.signal))).toEqual([3, 'there is no action 7']);
  });
});

describe('log tail', () => {
  async function follow(path: string) {
    const manual = new ManualClock();
    const lines: string[] = [];
    const done = (async () => {
      for await (const line of tail(path, manual, abort.signal)) lines.push(line);
    })();
    const expectLines = async (expected: string[]) => {
      for (const end = Date.now() + 5000; lines.length < expected.length && Date.now() < end; ) await manual.advance(500);
      expect(lines).toEqual(expected);
    };
    return { lines, done, expectLines };
  }

  it('gives the last ten lines, then what is written, until it is stopped', async () => {
    const path = join(folder, 'log');
    await writeFile(path, Array.from({ length: 15 }, (_, index) => `line ${index}\n`).join(''));
    const { done, expectLines } = await follow(path);
    const backlog = Array.from({ length: 10 }, (_, index) => `line ${index + 5}`);
    await expectLines(backlog);
    await appendFile(path, 'half');
    await appendFile(path, ' done\nZür');
    await appendFile(path, 'ich\r\n');
    await expectLines([...backlog, 'half done', 'Zürich']);
    abort.abort();
    await done;
  });

  it('goes on in the new file after a rotation, and from the start after a truncation', async () => {
    const path = join(folder, 'log');
    await writeFile(path, 'old\n');
    const { done, expectLines } = await follow(path);
    await expectLines(['old']);
    await rename(path, `${path}.1`);
    await writeFile(path, 'new file\n');
    await expectLines(['old', 'new file']);
    await truncate(path, 0);
    await appendFile(path, 'again\n');
    await expectLines(['old', 'new file', 'again']);
    abort.abort();
    await done;
  });

  it('starts inside a large file without a cut line, and cuts endless ones', async () => {
    const path = join(folder, 'log');
    await writeFile(path, `${'x'.repeat(100_000)}\nlast\n`);
    const { done, expectLines } = await follow(path);
    await expectLines(['last']);
    await appendFile(path, 'y'.repeat(20_000));
    await expectLines(['last', 'y'.repeat(16_384)]);
    abort.abort();
    await done;
  });

  it('says when there is no such file', async () => {
    expect(await refusal(tail(join(folder, 'absent'), clock, abort.signal).next())).toEqual([5, expect.stringContaining('does not exist')]);
  });
});

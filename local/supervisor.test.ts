import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import type { LogLine } from './log.ts';
import type { Runtime } from './runtime.ts';
import { type Supervisor, superviseRuntime } from './supervisor.ts';

const children: ChildProcess[] = [];
let supervisor: Supervisor | undefined;

afterEach(async () => {
  await supervisor?.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A runtime that is only a process: what Miniflare does when workerd dies is left out. */
function fakeRuntime(port: number): Runtime & { process: ChildProcess } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  return {
    process: child,
    directUrl: async () => new URL(`http://127.0.0.1:${port}`),
    d1: () => Promise.reject(new Error('none')),
    scheduled: async () => {},
    pid: () => (child.exitCode === null && child.signalCode === null ? child.pid : undefined),
    stop: async () => void child.kill('SIGKILL'),
  };
}

describe('superviseRuntime', () => {
  it('makes a runtime anew that does not come back by itself, however often that fails', async () => {
    const runtimes: ReturnType<typeof fakeRuntime>[] = [];
    const noted: (number | undefined)[] = [];
    const log: LogLine[] = [];
    let failures = 0;
    supervisor = await superviseRuntime({
      start: async () => {
        if (runtimes.length === 1 && failures < 2) {
          failures += 1;
          throw new Error('no room');
        }
        const runtime = fakeRuntime(1000 + runtimes.length);
        runtimes.push(runtime);
        return runtime;
      },
      lock: { noteRuntime: (pid) => noted.push(pid), release: () => {} },
      log: (line) => log.push(line),
      watchEvery: 5,
      patience: 20,
    });
    expect(supervisor.upstream()?.port).toBe('1000');
    expect(supervisor.pid()).toBe(runtimes[0]?.process.pid);
    runtimes[0]?.process.kill('SIGKILL');
    await expect.poll(() => supervisor?.upstream()?.port, { timeout: 4000 }).toBe('1001');
    expect(failures).toBe(2);
    expect(log.filter(({ message }) => message === 'the runtime cannot be started: no room')).toHaveLength(2);
    expect(supervisor.pid()).toBe(runtimes[1]?.process.pid);
    expect(noted).toEqual(runtimes.map((runtime) => runtime.process.pid));
  });

  it('has no address for anybody while the runtime is away', async () => {
    const runtime = fakeRuntime(1000);
    supervisor = await superviseRuntime({
      start: async () => runtime,
      lock: { noteRuntime: () => {}, release: () => {} },
      log: () => {},
      watchEvery: 5,
      patience: 60_000,
    });
    runtime.process.kill('SIGKILL');
    await expect.poll(() => supervisor?.upstream()).toBeUndefined();
    expect(supervisor.pid()).toBeUndefined();
  });

  it('hands on why the first start failed', async () => {
    await expect(
      superviseRuntime({
        start: () => Promise.reject(new Error('no room')),
        lock: { noteRuntime: () => {}, release: () => {} },
        log: () => {},
      }),
    ).rejects.toThrow('no room');
  });
});

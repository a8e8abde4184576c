import { readdirSync, readFileSync } from 'node:fs';
import type { TestPlatform } from './platform.ts';

export interface Load {
  /** Resident memory in megabytes. */
  readonly memory: number;
  /** Open files. */
  readonly files: number;
}

/** The runtime's process at this moment; it gets another number when it starts anew. */
export function runtimeOf(test: TestPlatform): number {
  const pid = test.platform.runtimePid();
  if (pid === undefined) throw new Error('the runtime is away');
  return pid;
}

/** What a process holds at this moment (Linux). */
export function loadOf(pid: number): Load {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
  return { memory: kilobytes / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** Watches a process while something happens; answers the most it held. */
export async function peakWhile<T>(pid: number, happen: () => Promise<T>): Promise<{ readonly result: T; readonly peak: Load }> {
  let peak = loadOf(pid);
  const timer = setInterval(() => {
    const now = loadOf(pid);
    peak = { memory: Math.max(peak.memory, now.memory), files: Math.max(peak.files, now.files) };
  }, 100);
  try {
    return { result: await happen(), peak };
  } finally {
    clearInterval(timer);
  }
}

/** Waits until a process hardly computes (Linux): what it was left with after its last answer is done. */
export async function calm(pid: number): Promise<void> {
  for (let before = ticksOf(pid); ; ) {
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    const now = ticksOf(pid);
    if (now - before <= CALM_TICKS) return;
    before = now;
  }
}

const CALM_MS = 200;
/** Of 10 ms each. */
const CALM_TICKS = 1;

/** Time that a process has computed, in ticks. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything; utime and stime are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

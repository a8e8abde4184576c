import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';

/** What workerd has open for a gateway (measured): it holds each accepted socket twice, an object that is awake has three SQLite files. */
export const FILES_OF_SOCKET = 2;
export const FILES_OF_AWAKE_OBJECT = 3;
/** What the runtime itself, D1 and REST connections need. */
const RESERVE = 500;

export interface OpenFiles {
  limit: number;
  /** Gateways that may be awake at the same time. */
  gateways: number;
}

/** How many files this process and workerd may open. Node raises its own soft limit to the hard one when it starts, and workerd inherits it. */
export function openFiles(): OpenFiles | undefined {
  const limit = readLimit();
  const each = FILES_OF_SOCKET + FILES_OF_AWAKE_OBJECT;
  return limit === undefined ? undefined : { limit, gateways: Math.max(0, Math.floor((limit - RESERVE) / each)) };
}

/** How many files a process has open at this moment; undefined: it is gone, or this is not Linux. */
export function countOpenFiles(pid: number): number | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    // Linux 6.2 and later tell their number without listing them.
    return statSync(folder).size || readdirSync(folder).length;
  } catch {
    return undefined;
  }
}

function readLimit(): number | undefined {
  try {
    const text =
      process.platform === 'linux'
        ? softLimit(readFileSync('/proc/self/limits', 'utf8'))
        : execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' });
    const limit = Number(text);
    return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
  } catch {
    return undefined;
  }
}

function softLimit(limits: string): string | undefined {
  return /^Max open files\s+(\d+)/m.exec(limits)?.[1];
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** An awake gateway object holds three SQLite files and a socket in workerd (measured; one when it hibernates). */
const FILES_PER_GATEWAY = 4;
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
  return limit === undefined ? undefined : { limit, gateways: Math.max(0, Math.floor((limit - RESERVE) / FILES_PER_GATEWAY)) };
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

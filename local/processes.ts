import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Set in the environment of every workerd we start, so that it can be told from anybody else's. */
export const RUNTIME_MARK = 'ORC8R_RUNTIME_OF';

export interface RuntimeProcess {
  pid: number;
  parent: number;
}

const onLinux = process.platform === 'linux';

/** The workerd processes that serve this data folder, orphans included. Elsewhere than on Linux: those started by this process. */
export function findRuntimes(dataDir: string): RuntimeProcess[] {
  return onLinux ? fromProc(dataDir) : fromPs();
}

/** When a process was started, in the system's own notation: together with the pid it names a process for good. */
export function startOf(pid: number): string | undefined {
  try {
    if (onLinux) return statFields(pid)[19];
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function fromProc(dataDir: string): RuntimeProcess[] {
  const found: RuntimeProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [program, verb] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (verb !== 'serve' || !program?.endsWith('workerd')) continue;
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      if (!environment.includes(`${RUNTIME_MARK}=${dataDir}`)) continue;
      found.push({ pid: Number(name), parent: Number(statFields(Number(name))[1]) });
    } catch {
      // Ended meanwhile, or somebody else's.
    }
  }
  return found;
}

function fromPs(): RuntimeProcess[] {
  const found: RuntimeProcess[] = [];
  for (const line of execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+\S*workerd serve /.exec(line);
    if (match && Number(match[2]) === process.pid) found.push({ pid: Number(match[1]), parent: Number(match[2]) });
  }
  return found;
}

/** Fields of /proc/PID/stat after the name (which may hold spaces): [state, parent, ...]. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

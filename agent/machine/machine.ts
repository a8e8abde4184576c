// What this machine is and how it fares: real values, from Node's os module and, on Linux, from /proc and /sys.
import { readdir, readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Route } from './proc-text.ts';
import { parseCpuinfo, parseMeminfo, parseMounts, parseRoutes } from './proc-text.ts';

export interface Memory {
  /** All in bytes. */
  total: number;
  available: number;
  used: number;
  free: number;
  swapTotal: number;
  swapUsed: number;
  swapFree: number;
}

export interface Disk {
  device: string;
  mount_point: string;
  /** All in bytes. */
  total: number;
  used: number;
  free: number;
}

export interface NetworkInterface {
  network_interface_id: string;
  status: 'UP' | 'DOWN' | 'UNKNOWN';
  mac_address: string;
  ip_addresses: string[];
  ipv6_addresses: string[];
}

/** Largest number of routes and of disks that are reported. */
const MAX_ENTRIES = 200;

/** A text file, or an empty text where there is none (other systems than Linux, small containers). */
export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

export async function readMemory(): Promise<Memory> {
  const values = parseMeminfo(await textOf('/proc/meminfo'));
  const total = values.get('MemTotal') ?? os.totalmem();
  const free = values.get('MemFree') ?? os.freemem();
  const available = values.get('MemAvailable') ?? free;
  const swapTotal = values.get('SwapTotal') ?? 0;
  const swapFree = values.get('SwapFree') ?? 0;
  return { total, available, used: total - available, free, swapTotal, swapUsed: swapTotal - swapFree, swapFree };
}

export async function readDisks(): Promise<Disk[]> {
  const listed = parseMounts(await textOf('/proc/mounts')).slice(0, MAX_ENTRIES);
  const mounts = listed.length ? listed : [{ device: 'root', mountPoint: '/' }];
  const disks = await Promise.all(
    mounts.map(async ({ device, mountPoint }) => {
      const stat = await statfs(mountPoint).catch(() => undefined);
      if (!stat || stat.blocks === 0) return [];
      const { bsize } = stat;
      return [
        {
          device,
          mount_point: mountPoint,
          total: stat.blocks * bsize,
          used: (stat.blocks - stat.bfree) * bsize,
          free: stat.bavail * bsize,
        },
      ];
    }),
  );
  return disks.flat();
}

/** CPU time of all CPUs together since boot, in milliseconds. */
export function readCpuTimes(): { user: number; system: number; idle: number; total: number } {
  const sum = { user: 0, system: 0, idle: 0, total: 0 };
  for (const { times } of os.cpus()) {
    sum.user += times.user;
    sum.system += times.sys;
    sum.idle += times.idle;
    sum.total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return sum;
}

export async function readCpuInfo(): Promise<{ core_count: number; threads_per_core: number; architecture: string; model_name: string }> {
  const cpus = os.cpus();
  const { cores, threads } = parseCpuinfo(await textOf('/proc/cpuinfo'));
  const total = threads || cpus.length;
  const coreCount = cores || total;
  return {
    core_count: coreCount,
    threads_per_core: Math.max(1, Math.round(total / coreCount)),
    architecture: os.machine(),
    model_name: cpus[0]?.model ?? '',
  };
}

export async function readInterfaces(): Promise<NetworkInterface[]> {
  const addresses = os.networkInterfaces();
  const names = await readdir('/sys/class/net').catch(() => Object.keys(addresses));
  return Promise.all(
    [...new Set(names)].sort().map(async (name): Promise<NetworkInterface> => {
      const own = addresses[name] ?? [];
      const flags = Number.parseInt(await textOf(`/sys/class/net/${name}/flags`), 16);
      const mac = (await textOf(`/sys/class/net/${name}/address`)).trim();
      return {
        network_interface_id: name,
        // IFF_UP is bit 0; where there is no /sys an interface that is listed with an address is up.
        status: Number.isNaN(flags) ? (own.length ? 'UP' : 'UNKNOWN') : flags & 1 ? 'UP' : 'DOWN',
        mac_address: mac || (own[0]?.mac ?? ''),
        ip_addresses: own.filter((address) => address.family === 'IPv4').map((address) => address.address),
        ipv6_addresses: own.filter((address) => address.family === 'IPv6').map((address) => address.address),
      };
    }),
  );
}

export async function readRoutes(): Promise<Route[]> {
  return parseRoutes(await textOf('/proc/net/route')).slice(0, MAX_ENTRIES);
}

/** Versions of the kernels that could be booted; at least the one that runs. */
export async function readKernels(): Promise<string[]> {
  const boot = await readdir('/boot').catch(() => []);
  const images = boot.flatMap((name) => /^vmlinuz-(.+)$/.exec(name)?.[1] ?? []);
  return [...new Set([...images, os.release()])].sort();
}

// Readers of the text files under /proc. Pure, so that tests can feed them files of other machines.

/** /proc/meminfo in bytes by name, for instance `MemTotal`. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [, name, kib] of text.matchAll(/^([\w()]+):\s+(\d+) kB$/gm)) {
    if (name && kib) values.set(name, Number(kib) * 1024);
  }
  return values;
}

/** Physical cores and hardware threads of /proc/cpuinfo; cores 0 when the file does not tell them (many ARM boards). */
export function parseCpuinfo(text: string): { cores: number; threads: number } {
  const cores = new Set<string>();
  let threads = 0;
  for (const block of text.split(/\n\s*\n/)) {
    if (!/^processor\s*:/m.test(block)) continue;
    threads++;
    const core = /^core id\s*:\s*(\d+)/m.exec(block)?.[1];
    const socket = /^physical id\s*:\s*(\d+)/m.exec(block)?.[1] ?? '0';
    if (core !== undefined) cores.add(`${socket}/${core}`);
  }
  return { cores: cores.size, threads };
}

export interface Route {
  destination_ip: string;
  gateway_ip: string;
  genmask: string;
  network_interface_id: string;
}

/** The IPv4 routes of /proc/net/route that are up. */
export function parseRoutes(text: string): Route[] {
  const routes: Route[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [iface, destination, gateway, flags, , , , mask] = line.trim().split(/\s+/);
    if (!iface || !destination || !gateway || !flags || !mask || (Number.parseInt(flags, 16) & 1) === 0) continue;
    routes.push({ destination_ip: ipv4(destination), gateway_ip: ipv4(gateway), genmask: ipv4(mask), network_interface_id: iface });
  }
  return routes;
}

/** The mounts of /proc/mounts that are disks, each device once, and the root whatever it is. */
export function parseMounts(text: string): { device: string; mountPoint: string }[] {
  const mounts = new Map<string, { device: string; mountPoint: string }>();
  for (const line of text.split('\n')) {
    const [device, mountPoint] = line.split(' ').map(unescapeMount);
    if (!device || !mountPoint) continue;
    const isDisk = device.startsWith('/dev/');
    if (!isDisk && mountPoint !== '/') continue;
    const known = mounts.get(device);
    if (!known || mountPoint === '/') mounts.set(device, { device, mountPoint });
  }
  return [...mounts.values()];
}

/** Bytes received and sent of each interface of /proc/net/dev. */
export function parseNetDev(text: string): { iface: string; received: number; sent: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, iface, rest] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    const columns = rest?.trim().split(/\s+/).map(Number) ?? [];
    const [received, sent] = [columns[0], columns[8]];
    return iface && received !== undefined && sent !== undefined ? [{ iface, received, sent }] : [];
  });
}

/** `Max open files` of /proc/self/limits (the soft limit), or undefined. */
export function parseMaxOpenFiles(text: string): number | undefined {
  const value = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Eight hex digits in host byte order (little-endian), as the kernel prints addresses. */
function ipv4(hex: string): string {
  const value = Number.parseInt(hex, 16);
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff).join('.');
}

function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

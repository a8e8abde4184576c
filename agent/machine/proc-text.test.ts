import { describe, expect, it } from 'vitest';
import { parseCpuinfo, parseMaxOpenFiles, parseMeminfo, parseMounts, parseNetDev, parseRoutes } from './proc-text.ts';

describe('files under /proc', () => {
  it('meminfo is in bytes', () => {
    const values = parseMeminfo(
      'MemTotal:       16384 kB\nMemAvailable:    8192 kB\nActive(anon):        4 kB\nHugePages_Total:       3\n',
    );
    expect([...values]).toEqual([
      ['MemTotal', 16_777_216],
      ['MemAvailable', 8_388_608],
      ['Active(anon)', 4096],
    ]);
  });

  it('cpuinfo tells cores from hardware threads', () => {
    const block = (cpu: number, socket: number, core: number) => `processor\t: ${cpu}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n\n`;
    expect(parseCpuinfo(block(0, 0, 0) + block(1, 0, 0) + block(2, 1, 0) + block(3, 1, 0))).toEqual({ cores: 2, threads: 4 });
    expect(parseCpuinfo('processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\n\nHardware\t: x\n')).toEqual({ cores: 0, threads: 2 });
  });

  it('routes are little-endian hex; those that are down are left out', () => {
    const text = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'eth1\t0003A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(parseRoutes(text)).toEqual([
      { destination_ip: '0.0.0.0', gateway_ip: '192.168.2.1', genmask: '0.0.0.0', network_interface_id: 'eth0' },
      { destination_ip: '192.168.2.0', gateway_ip: '0.0.0.0', genmask: '255.255.255.0', network_interface_id: 'eth0' },
    ]);
  });

  it('mounts: disks once each, the root always', () => {
    const text =
      'overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 /etc/hosts ext4 rw 0 0\n/dev/sda1 /my\\040disk ext4 rw 0 0\n/dev/sdb1 /data ext4 rw 0 0\n';
    expect(parseMounts(text)).toEqual([
      { device: 'overlay', mountPoint: '/' },
      { device: '/dev/sda1', mountPoint: '/etc/hosts' },
      { device: '/dev/sdb1', mountPoint: '/data' },
    ]);
  });

  it('net/dev gives bytes both ways', () => {
    const text =
      'Inter-|   Receive  |  Transmit\n face |bytes packets\n    lo:  100 1 0 0 0 0 0 0  200 1 0 0 0 0 0 0\n  eth0:12345 1 0 0 0 0 0 0 54321 1 0 0 0 0 0 0\n';
    expect(parseNetDev(text)).toEqual([
      { iface: 'lo', received: 100, sent: 200 },
      { iface: 'eth0', received: 12_345, sent: 54_321 },
    ]);
  });

  it('limits gives the soft limit of open files', () => {
    expect(
      parseMaxOpenFiles(
        'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n',
      ),
    ).toBe(1024);
    expect(parseMaxOpenFiles('')).toBeUndefined();
  });
});

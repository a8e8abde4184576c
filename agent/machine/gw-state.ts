// The gw_state report (SOUTHBOUND 4): key names are Magma's, values are this machine's.
import os from 'node:os';
import type { Clock } from '../clock.ts';
import { readCpuInfo, readCpuTimes, readDisks, readInterfaces, readKernels, readMemory, readRoutes } from './machine.ts';

export interface GwStateOptions {
  clock: Clock;
  version: string;
  /** Of the mconfig in force, Unix seconds; 0 when there is none. */
  mconfigCreatedAt: number;
  meta: Readonly<Record<string, string>>;
}

/** The content of one gw_state State; sizes in bytes, CPU times in milliseconds, times in seconds. */
export async function gatewayState({ clock, version, mconfigCreatedAt, meta }: GwStateOptions): Promise<Record<string, unknown>> {
  const [cpuInfo, interfaces, routes, kernels, memory, disks] = await Promise.all([
    readCpuInfo(),
    readInterfaces(),
    readRoutes(),
    readKernels(),
    readMemory(),
    readDisks(),
  ]);
  const cpu = readCpuTimes();
  const tunnel = interfaces.find(({ network_interface_id }) => network_interface_id === 'tun0');
  return {
    machine_info: {
      cpu_info: cpuInfo,
      network_info: { network_interfaces: interfaces, routing_table: routes },
    },
    meta,
    platform_info: {
      vpn_ip: tunnel?.ip_addresses[0] ?? 'N/A',
      packages: [{ name: 'magma', version }],
      kernel_version: os.release(),
      kernel_versions_installed: kernels,
      config_info: { mconfig_created_at: mconfigCreatedAt },
    },
    system_status: {
      time: Math.floor(clock.now() / 1000),
      uptime_secs: Math.floor(os.uptime()),
      cpu_user: cpu.user,
      cpu_system: cpu.system,
      cpu_idle: cpu.idle,
      mem_total: memory.total,
      mem_available: memory.available,
      mem_used: memory.used,
      mem_free: memory.free,
      swap_total: memory.swapTotal,
      swap_used: memory.swapUsed,
      swap_free: memory.swapFree,
      disk_partitions: disks,
    },
  };
}

import { z } from 'zod';
import type { StateType } from '../../../core/module/facets.ts';

// Everything is optional and unknown keys pass: gateways of many versions report here, and a report is never refused.
const count = z.number();
const text = z.string();
const list = <S extends z.ZodType>(item: S) => z.array(item).nullish();
const part = <S extends z.ZodRawShape>(shape: S) => z.looseObject(shape).partial().nullish();

const cpuInfo = part({ core_count: count, threads_per_core: count, architecture: text, model_name: text });

const networkInfo = part({
  network_interfaces: list(
    z.looseObject({
      network_interface_id: text.optional(),
      mac_address: text.optional(),
      ip_addresses: list(text),
      status: text.optional(),
      ipv6_addresses: list(text),
    }),
  ),
  routing_table: list(
    z.looseObject({
      destination_ip: text.optional(),
      gateway_ip: text.optional(),
      genmask: text.optional(),
      network_interface_id: text.optional(),
    }),
  ),
});

const platformInfo = part({
  vpn_ip: text,
  packages: list(z.looseObject({ name: text.optional(), version: text.optional() })),
  kernel_version: text,
  kernel_versions_installed: list(text),
  config_info: part({ mconfig_created_at: count }),
});

/** Times in unix seconds, processor times in milliseconds, sizes in bytes. */
const systemStatus = part({
  time: count,
  uptime_secs: count,
  cpu_user: count,
  cpu_system: count,
  cpu_idle: count,
  mem_total: count,
  mem_available: count,
  mem_used: count,
  mem_free: count,
  swap_total: count,
  swap_used: count,
  swap_free: count,
  disk_partitions: list(
    z.looseObject({
      device: text.optional(),
      mount_point: text.optional(),
      total: count.optional(),
      used: count.optional(),
      free: count.optional(),
    }),
  ),
});

/** What a gateway reports of itself at each check-in, under its hardware id (SOUTHBOUND.md 4). */
export const gatewayState: StateType = {
  heartbeat: true,
  description: 'Machine, platform and services of a gateway, as it reports them at each check-in',
  schema: z.looseObject({
    machine_info: part({ cpu_info: cpuInfo, network_info: networkInfo }),
    meta: z.record(z.string(), z.string()).nullish(),
    platform_info: platformInfo,
    system_status: systemStatus,
  }),
};

import { z } from 'zod';
import { int64, uint64 } from '../../../core/rest/fields.ts';

const text = (description: string) => z.string().optional().describe(description);
const count = (description: string) => uint64().optional().describe(description);

export const diskPartition = z
  .object({
    device: text('Device file'),
    mount_point: text('Where it is mounted'),
    total: count('Bytes in all'),
    used: count('Bytes in use'),
    free: count('Bytes free'),
  })
  .meta({ id: 'disk_partition', description: 'A mounted partition of a gateway' });

export const systemStatus = z
  .object({
    time: count('Clock of the gateway, unix milliseconds'),
    uptime_secs: count('Seconds since the gateway started'),
    cpu_user: count('Processor time in user mode, milliseconds since start'),
    cpu_system: count('Processor time in the kernel, milliseconds since start'),
    cpu_idle: count('Idle processor time, milliseconds since start'),
    mem_total: count('Memory in all, bytes'),
    mem_available: count('Memory that can be had without swapping, bytes'),
    mem_used: count('Memory in use, bytes'),
    mem_free: count('Memory unused, bytes'),
    swap_total: count('Swap in all, bytes'),
    swap_used: count('Swap in use, bytes'),
    swap_free: count('Swap unused, bytes'),
    disk_partitions: z.array(diskPartition).optional(),
  })
  .meta({ id: 'system_status', description: 'Load of a gateway when it last reported' });

export const distributionPackage = z
  .object({ name: text('Name of the package'), version: text('Installed version') })
  .meta({ id: 'distribution_package', description: 'An installed package' });

export const configInfo = z
  .object({ mconfig_created_at: count('When the configuration in use was made, unix seconds') })
  .meta({ id: 'config_info', description: 'Which configuration a gateway runs' });

export const platformInfo = z
  .object({
    vpn_ip: text('Address of the gateway in the VPN'),
    packages: z.array(distributionPackage).optional(),
    kernel_version: text('Running kernel'),
    kernel_versions_installed: z.array(z.string()).optional().describe('Kernels that could be started'),
    config_info: configInfo.optional(),
  })
  .meta({ id: 'platform_info', description: 'Software of a gateway' });

export const networkInterface = z
  .object({
    network_interface_id: text('Name of the interface'),
    status: z.enum(['UP', 'DOWN', 'UNKNOWN']).optional().describe('Whether it carries traffic'),
    mac_address: text('Hardware address'),
    ip_addresses: z.array(z.string()).optional().describe('IPv4 addresses'),
    ipv6_addresses: z.array(z.string()).optional().describe('IPv6 addresses'),
  })
  .meta({ id: 'network_interface', description: 'A network interface of a gateway' });

export const routeEntry = z
  .object({
    destination_ip: text('Where packets go'),
    gateway_ip: text('Next hop'),
    genmask: text('Mask of the destination'),
    network_interface_id: text('Interface that the packets leave by'),
  })
  .meta({ id: 'route', description: 'A line of the routing table' });

export const machineInfo = z
  .object({
    cpu_info: z
      .object({
        core_count: count('Processor cores'),
        threads_per_core: count('Threads of each core'),
        architecture: text('Instruction set'),
        model_name: text('Name that the maker gave it'),
      })
      .optional(),
    network_info: z
      .object({ network_interfaces: z.array(networkInterface).optional(), routing_table: z.array(routeEntry).optional() })
      .optional(),
  })
  .meta({ id: 'machine_info', description: 'Hardware of a gateway' });

export const gatewayStatus = z
  .object({
    checkin_time: count('When the cloud received the report, unix milliseconds'),
    hardware_id: text('Hardware id of the gateway that reported'),
    version: text('Installed version (old gateways; see platform_info)'),
    system_status: systemStatus.optional(),
    platform_info: platformInfo.optional(),
    machine_info: machineInfo.optional(),
    cert_expiration_time: int64().optional().describe('When the certificate of the gateway ends, unix seconds'),
    meta: z.record(z.string(), z.string()).optional().describe('What else the services of the gateway report'),
    vpn_ip: text('Address in the VPN (old gateways; see platform_info)'),
    kernel_version: text('Running kernel (old gateways; see platform_info)'),
    kernel_versions_installed: z.array(z.string()).optional().describe('Kernels that could be started (old gateways; see platform_info)'),
  })
  .meta({ id: 'gateway_status', description: 'What a gateway last reported about itself' });

export type GatewayStatus = z.infer<typeof gatewayStatus>;

import { z } from 'zod';
import { int64, uint64 } from '../../../core/rest/fields.ts';

const text = (description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ description, examples: [example] });
const count = (description: string, example: number) =>
  uint64()
    .optional()
    .meta({ description, examples: [example] });

export const diskPartition = z
  .object({
    device: text('Device file', '/dev/sda1'),
    mount_point: text('Where it is mounted', '/'),
    total: count('Bytes in all', 64_000_000_000),
    used: count('Bytes in use', 20_000_000_000),
    free: count('Bytes free', 44_000_000_000),
  })
  .meta({ id: 'disk_partition', description: 'A mounted partition of a gateway' });

export const systemStatus = z
  .object({
    time: count('Clock of the gateway, unix milliseconds', 1_767_182_400_000),
    uptime_secs: count('Seconds since the gateway started', 86400),
    cpu_user: count('Processor time in user mode, milliseconds since start', 31_498),
    cpu_system: count('Processor time in the kernel, milliseconds since start', 8361),
    cpu_idle: count('Idle processor time, milliseconds since start', 1_868_111),
    mem_total: count('Memory in all, bytes', 8_000_000_000),
    mem_available: count('Memory that can be had without swapping, bytes', 6_000_000_000),
    mem_used: count('Memory in use, bytes', 1_500_000_000),
    mem_free: count('Memory unused, bytes', 4_000_000_000),
    swap_total: count('Swap in all, bytes', 1_000_000_000),
    swap_used: count('Swap in use, bytes', 0),
    swap_free: count('Swap unused, bytes', 1_000_000_000),
    disk_partitions: z.array(diskPartition).optional().describe('Mounted partitions and how full they are'),
  })
  .meta({ id: 'system_status', description: 'Load of a gateway when it last reported' });

export const distributionPackage = z
  .object({ name: text('Name of the package', 'magma'), version: text('Installed version', '1.9.0-0') })
  .meta({ id: 'distribution_package', description: 'An installed package' });

export const configInfo = z
  .object({ mconfig_created_at: count('When the configuration in use was made, unix seconds', 1_767_182_400) })
  .meta({ id: 'config_info', description: 'Which configuration a gateway runs' });

export const platformInfo = z
  .object({
    vpn_ip: text('Address of the gateway in the VPN', '10.0.2.1'),
    packages: z.array(distributionPackage).optional().describe('Installed packages that belong to the gateway software'),
    kernel_version: text('Running kernel', '6.1.0-18-amd64'),
    kernel_versions_installed: z
      .array(z.string())
      .optional()
      .meta({ description: 'Kernels that could be started', examples: [['6.1.0-18-amd64']] }),
    config_info: configInfo.optional(),
  })
  .meta({ id: 'platform_info', description: 'Software of a gateway' });

export const networkInterface = z
  .object({
    network_interface_id: text('Name of the interface', 'eth0'),
    status: z.enum(['UP', 'DOWN', 'UNKNOWN']).optional().describe('Whether it carries traffic'),
    mac_address: text('Hardware address', '0a:00:27:00:00:01'),
    ip_addresses: z
      .array(z.string())
      .optional()
      .meta({ description: 'IPv4 addresses of the interface', examples: [['192.0.2.50']] }),
    ipv6_addresses: z
      .array(z.string())
      .optional()
      .meta({ description: 'IPv6 addresses of the interface', examples: [['2001:db8::50']] }),
  })
  .meta({ id: 'network_interface', description: 'A network interface of a gateway' });

export const routeEntry = z
  .object({
    destination_ip: text('Where packets go', '0.0.0.0'),
    gateway_ip: text('Next hop', '192.0.2.1'),
    genmask: text('Mask of the destination', '0.0.0.0'),
    network_interface_id: text('Interface that the packets leave by', 'eth0'),
  })
  .meta({ id: 'route', description: 'A line of the routing table' });

export const machineInfo = z
  .object({
    cpu_info: z
      .object({
        core_count: count('Processor cores', 4),
        threads_per_core: count('Threads of each core', 1),
        architecture: text('Instruction set', 'x86_64'),
        model_name: text('Name that the maker gave it', 'Intel(R) Atom(TM) CPU C3558'),
      })
      .optional()
      .describe('Processors of the gateway'),
    network_info: z
      .object({
        network_interfaces: z.array(networkInterface).optional().describe('Each interface with its addresses'),
        routing_table: z.array(routeEntry).optional().describe('The IPv4 routes, in the order of the kernel'),
      })
      .optional()
      .describe('How the gateway is connected'),
  })
  .meta({ id: 'machine_info', description: 'Hardware of a gateway' });

export const gatewayStatus = z
  .object({
    checkin_time: count('When the cloud received the report, unix milliseconds', 1_767_182_400_000),
    hardware_id: text('Hardware id of the gateway that reported', '22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'),
    version: text('Installed version (old gateways; see platform_info)', '1.9.0-0'),
    system_status: systemStatus.optional(),
    platform_info: platformInfo.optional(),
    machine_info: machineInfo.optional(),
    cert_expiration_time: int64()
      .optional()
      .meta({ description: 'When the certificate of the gateway ends, unix seconds', examples: [1_767_225_600] }),
    meta: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'What else the services of the gateway report, by name', examples: [{ enodeb_connected: '1' }] }),
    vpn_ip: text('Address in the VPN (old gateways; see platform_info)', '10.0.2.1'),
    kernel_version: text('Running kernel (old gateways; see platform_info)', '6.1.0-18-amd64'),
    kernel_versions_installed: z
      .array(z.string())
      .optional()
      .meta({ description: 'Kernels that could be started (old gateways; see platform_info)', examples: [['6.1.0-18-amd64']] }),
  })
  .meta({ id: 'gateway_status', description: 'What a gateway last reported about itself' });

export type GatewayStatus = z.infer<typeof gatewayStatus>;

import type { GatewayCommand } from '../../core/module/facets.ts';

/** Magma's commands of access gateways (SOUTHBOUND.md 5). */
export const commands: readonly GatewayCommand[] = [
  { name: 'agw_health', description: 'Reports how the access gateway is: its services, base stations and subscribers' },
  { name: 'check_stateless', description: "Tells whether services keep their sessions' state outside themselves" },
  { name: 'configure_stateless', description: 'Has services keep their state outside themselves, or no longer; restarts them' },
  { name: 'get_flows', description: "Shows the flows in the gateway's switch" },
  { name: 'get_subscriber_table', description: 'Shows the addresses that subscribers were given' },
  { name: 'reboot_all_enodeb', description: 'Restarts all base stations of the gateway' },
  { name: 'reboot_enodeb', description: 'Restarts one base station, by its serial number' },
];

import type { CommandStore, GatewayTarget } from '../core/module/context.ts';
import type { GatewayCommandPort } from '../durable-objects/command-ports.ts';

/** The commands of gateways, through their objects. */
export const fleetCommands = (gateway: (target: GatewayTarget) => Promise<GatewayCommandPort>): CommandStore => ({
  give: async (target, command) => (await gateway(target)).giveCommand(target.networkId, target.gatewayId, command),
  list: async (target, page) => (await gateway(target)).commands(target.networkId, target.gatewayId, page),
  read: async (target, id) => (await (await gateway(target)).command(target.networkId, target.gatewayId, id)) ?? undefined,
  cancel: async (target, id, by) => (await (await gateway(target)).cancelCommand(target.networkId, target.gatewayId, id, by)) ?? undefined,
});

import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find, type Graph, type Network } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import { OrcError } from '../../../core/errors.ts';
import type { CommandCheck } from '../../../core/module/facets.ts';
import type { ModuleCommand } from '../../../core/module/gateway-command.ts';
import type { AllowedCommands, CommandRules, EffectiveCommand } from '../schemas/allowed-commands.ts';
import { magmadId } from './gateway/model.ts';
import { configOf } from './network.ts';

/** The entity below a base gateway, of the same key, that holds its rules; and the config of a network that holds those for all. */
export const ALLOWED_COMMANDS = 'allowed_commands';

export const allowedCommandsId = (gatewayId: string) => ({ type: ALLOWED_COMMANDS, key: gatewayId });

/** What modules allow, what the network says to it and, where one is asked for, what the gateway says to that: the later word counts. */
export interface CommandLevels {
  readonly modules: readonly ModuleCommand[];
  readonly network: CommandRules;
  readonly gateway?: CommandRules;
}

export const networkRules = (network: Network): CommandRules => configOf<CommandRules>(network, ALLOWED_COMMANDS) ?? {};

export const gatewayRules = (graph: Graph, gatewayId: string): CommandRules =>
  (find(graph, ALLOWED_COMMANDS, gatewayId)?.config ?? {}) as CommandRules;

/** Sorted by name. */
export function effectiveCommands({ modules, network, gateway = {} }: CommandLevels): EffectiveCommand[] {
  const allowed = new Map<string, EffectiveCommand>(
    modules.map(({ name, description, module }) => [name, { name, description, source: 'module', module }]),
  );
  for (const [source, { allow = [], deny = [] }] of [
    ['network', network],
    ['gateway', gateway],
  ] as const) {
    for (const name of deny) allowed.delete(name);
    for (const command of allow) allowed.set(command.name, { ...command, source });
  }
  return [...allowed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As operators see the rules of the last level that is given. */
export function toAllowedCommands(levels: CommandLevels): AllowedCommands {
  const { allow = [], deny = [] } = levels.gateway ?? levels.network;
  return { allow, deny, commands: effectiveCommands(levels) };
}

/** Says how to allow the command; undefined: it is allowed. */
function refusalOf(command: string, networkId: string, gatewayId: string, levels: CommandLevels): OrcError | undefined {
  if (effectiveCommands(levels).some(({ name }) => name === command)) return undefined;
  const network = `/magma/v1/networks/${networkId}`;
  return new OrcError(
    'forbidden',
    `the command ${JSON.stringify(command)} is not allowed on gateway "${gatewayId}". GET ${network}/gateways/${gatewayId}/allowed_commands ` +
      `lists those that are; a PUT there allows it on this gateway, a PUT of ${network}/allowed_commands on all of the network`,
    // A command leaves a row of its own, which says which it was.
    { reason: 'command_not_allowed', audited: true },
  );
}

/** Whether a gateway may be given a generic command: what has to be read for that, and the word on it. */
export interface CommandPermit {
  readonly queries: readonly [Query<Network | undefined>, Query<Graph>];
  /** `forbidden`, or undefined. */
  readonly refusal: (network: Network | undefined, rules: Graph) => OrcError | undefined;
}

export const commandPermit = (
  command: string,
  { networkId, gatewayId }: { readonly networkId: string; readonly gatewayId: string },
  modules: readonly ModuleCommand[],
): CommandPermit => ({
  queries: [networkById({ id: networkId }), loadEntities(networkId, [allowedCommandsId(gatewayId)])],
  refusal: (network, rules) =>
    refusalOf(command, networkId, gatewayId, {
      modules,
      network: network ? networkRules(network) : {},
      gateway: gatewayRules(rules, gatewayId),
    }),
});

/** Of a generic command that waited. */
export const stillAllowed: CommandCheck = async ({ detail }, { commands, read, ...where }) => {
  const { queries, refusal } = commandPermit(String(detail?.['command']), where, commands);
  const [network, rules] = await read(...queries);
  return refusal(network, rules);
};

/** The mutations that store a gateway's rules. `graph` holds the gateway and what it has of them. */
export function putGatewayRules(graph: Graph, gatewayId: string, config: CommandRules): Mutation[] {
  const id = allowedCommandsId(gatewayId);
  if (find(graph, ALLOWED_COMMANDS, gatewayId)) return [{ do: 'update_entity', id, config }];
  return [
    { do: 'create_entity', id, config },
    { do: 'add_children', id: magmadId(gatewayId), type: ALLOWED_COMMANDS, keys: [gatewayId] },
  ];
}

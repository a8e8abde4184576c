import { Database } from '../../../core/db/database.ts';
import type { OrcError } from '../../../core/errors.ts';
import type { CommandRecord } from '../../../core/module/commands.ts';
import type { Registry } from '../../../core/module/registry.ts';
import type { ObjectBindings } from '../../ports.ts';
import type { GatewayIdentity } from '../identity.ts';

/** What a command that waited is refused for now; undefined: nothing is to be asked. */
export type Recheck = (record: CommandRecord) => Promise<OrcError | undefined> | undefined;

export function recheck(
  registry: Pick<Registry, 'commandChecks' | 'commands'>,
  bindings: Pick<ObjectBindings, 'DB'>,
  identity: () => GatewayIdentity | undefined,
): Recheck {
  const commands = [...registry.commands.values()];
  return (record) => {
    const check = registry.commandChecks.get(record.name);
    const gateway = identity();
    if (!check || !gateway) return undefined;
    const db = new Database(bindings.DB);
    return check(record, { networkId: gateway.networkId, gatewayId: gateway.gatewayId, commands, read: db.read.bind(db) });
  };
}

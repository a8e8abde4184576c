import { Database } from '../../../core/db/database.ts';
import { OrcError } from '../../../core/errors.ts';
import { mayAccess } from '../../../core/identity/access.ts';
import { standing } from '../../../core/identity/standing.ts';
import type { CommandRecord, Leave } from '../../../core/module/commands.ts';
import type { Registry } from '../../../core/module/registry.ts';
import type { ObjectBindings } from '../../ports.ts';
import type { GatewayIdentity } from '../identity.ts';

/** What a command that waited is refused for now; undefined: nothing is to be asked. */
export type Recheck = (record: CommandRecord) => Promise<OrcError | undefined> | undefined;

export interface RecheckOptions {
  readonly registry: Pick<Registry, 'commandChecks' | 'commands'>;
  readonly bindings: Pick<ObjectBindings, 'DB'>;
  readonly identity: () => GatewayIdentity | undefined;
  readonly leaveOf: (record: CommandRecord) => Leave | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Asks what may have changed while a command waited: whether who gave it still may, and what its module says to it. */
export function recheck({ registry, bindings, identity, leaveOf, now }: RecheckOptions): Recheck {
  const commands = [...registry.commands.values()];
  return (record) => {
    const check = registry.commandChecks.get(record.name);
    const leave = leaveOf(record);
    const gateway = identity();
    if (!gateway || !(check || leave)) return undefined;
    const { networkId, gatewayId } = gateway;
    const db = new Database(bindings.DB);
    const lapsed = leave ? hasLapsed(db, leave, networkId, now()) : Promise.resolve(undefined);
    return lapsed.then((refusal) => refusal ?? check?.(record, { networkId, gatewayId, commands, read: db.read.bind(db) }));
  };
}

async function hasLapsed(db: Database, { credential, uri }: Leave, networkId: string, now: number): Promise<OrcError | undefined> {
  const [principal] = await db.read(standing(credential, now));
  if (principal && mayAccess(principal, { action: 'write', scope: 'network', networkId, uri })) return undefined;
  return new OrcError(
    'forbidden',
    'whoever gave this may not any more: the token or certificate was revoked since, or the right taken away',
  );
}

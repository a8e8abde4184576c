import { Database, type Gate } from '../../../core/db/database.ts';
import { OrcError } from '../../../core/errors.ts';
import { stillHeld } from '../../../core/identity/still-held.ts';
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
    const db = new Database(bindings.DB, leave && lastingRight(leave, networkId, now()));
    const asked = async () => {
      const refusal = await check?.(record, { networkId, gatewayId, commands, read: db.read.bind(db) });
      // A check that read nothing has not passed the gate yet.
      await db.authorise();
      return refusal;
    };
    return asked().catch((error: unknown) => {
      if (error instanceof OrcError && error.code === 'forbidden') return error;
      throw error;
    });
  };
}

/** Lets on only who still has the right by which a command was given; asked in the round trip of what its module reads. */
const lastingRight = ({ credential, uri }: Leave, networkId: string, now: number): Gate<unknown> => ({
  query: stillHeld({ credential, networkId, uri }, now),
  check(lost) {
    if (lost !== undefined) throw new OrcError('forbidden', `whoever gave this may not any more: ${String(lost)}`);
  },
});

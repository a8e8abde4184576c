import type { Commit } from '../configurator/commit.ts';
import { entityKey } from '../configurator/model.ts';
import { type Mutation, revised, shownKey } from '../configurator/mutations.ts';
import { invalid } from '../errors.ts';
import type { Fleet } from './context.ts';

/** One thing that a write would have touched. */
export interface TriedChange {
  readonly network_id: string;
  readonly type: string;
  readonly key: string;
  readonly change: 'create' | 'update' | 'delete';
}

/** What a request with `?dry_run=true` would have done. */
export class DryRun {
  readonly changes: TriedChange[] = [];
  /** The commits to the graph, so that their effect on gateways can be worked out. */
  readonly commits: Commit[] = [];

  commit(change: Commit): void {
    this.commits.push(change);
    this.changes.push(...changesOf(change));
  }

  /** A change of something outside the graph. */
  note(change: TriedChange): void {
    this.changes.push(change);
  }
}

/** The entities that a commit changes, each once. */
function changesOf({ networkId, mutations }: Commit): TriedChange[] {
  const found = new Map<string, TriedChange>();
  for (const mutation of mutations) {
    const fresh = new Set(mutation.do === 'put_entities' ? mutation.entities.flatMap(({ key, isNew }) => (isNew ? key : [])) : []);
    for (const id of revised(mutation)) {
      const before = found.get(entityKey(id))?.change;
      const change = before === 'create' || before === 'delete' ? before : kindOf(mutation, fresh.has(id.key));
      found.set(entityKey(id), { network_id: networkId, type: id.type, key: shownKey(id, networkId), change });
    }
    for (const { type, key } of mutation.do === 'put_entities' ? (mutation.going ?? []) : [])
      found.set(entityKey({ type, key }), { network_id: networkId, type, key, change: 'delete' });
    const device = mutation.do === 'put_device' || mutation.do === 'delete_device' ? mutation : undefined;
    if (device) {
      const change = device.do === 'put_device' ? 'update' : 'delete';
      found.set(`device/${device.hardwareId}`, { network_id: networkId, type: 'device', key: device.hardwareId, change });
    }
  }
  return [...found.values()];
}

function kindOf(mutation: Mutation, isNew: boolean): TriedChange['change'] {
  if (mutation.do === 'create_network' || mutation.do === 'create_entity') return 'create';
  if (mutation.do === 'put_entities' && (mutation.onlyNew || isNew)) return 'create';
  if (mutation.do === 'delete_entities') return 'delete';
  return mutation.do === 'delete_network' || mutation.do === 'delete_entity' ? 'delete' : 'update';
}

/** Why what a gateway is to do has no dry run. */
export const UNTRIED = 'a command to a gateway cannot be tried without giving it';

/** A fleet that shows everything and commands nobody. Error of a call: `invalid`. */
export function spareFleet(fleet: Fleet): Fleet {
  const call = async (): Promise<never> => {
    throw invalid(`dry_run: ${UNTRIED}`);
  };
  const refuseCertificate: Fleet['refuseCertificate'] = async () => undefined;
  const captures: Fleet['captures'] = { keep: async () => true, read: (...of) => fleet.captures.read(...of), drop: async () => undefined };
  const commands: Fleet['commands'] = {
    give: call,
    list: (...of) => fleet.commands.list(...of),
    read: (...of) => fleet.commands.read(...of),
    cancel: async (target, id) => (await fleet.commands.read(target, id))?.state,
  };
  return Object.assign(Object.create(fleet) as Fleet, { call, stream: call, refuseCertificate, captures, commands });
}

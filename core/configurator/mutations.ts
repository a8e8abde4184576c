import type { EntityId } from './model.ts';

/** What a write does to the graph. A list of these, in order, is one commit. Fields left out stay as they are. */
export type Mutation =
  | { readonly do: 'create_network'; readonly type: string; readonly name: string; readonly description: string; readonly configs: Configs }
  | {
      readonly do: 'update_network';
      readonly type?: string;
      readonly name?: string;
      readonly description?: string;
      readonly configs?: Configs;
    }
  | { readonly do: 'delete_network' }
  | ({ readonly do: 'create_entity'; readonly id: EntityId } & EntityFields)
  | ({ readonly do: 'update_entity'; readonly id: EntityId } & EntityFields)
  | { readonly do: 'delete_entity'; readonly id: EntityId }
  /** Makes exactly these the children of that type. `exclusive`: a child given here loses its other parents of this type. */
  | {
      readonly do: 'set_children';
      readonly id: EntityId;
      readonly type: string;
      readonly keys: readonly string[];
      readonly exclusive?: boolean;
    }
  | {
      readonly do: 'add_children';
      readonly id: EntityId;
      readonly type: string;
      readonly keys: readonly string[];
      readonly exclusive?: boolean;
    }
  | { readonly do: 'remove_children'; readonly id: EntityId; readonly type: string; readonly keys: readonly string[] }
  /** Makes exactly these the parents of that type. */
  | { readonly do: 'set_parents'; readonly id: EntityId; readonly type: string; readonly keys: readonly string[] }
  | BulkMutation
  | { readonly do: 'put_device'; readonly hardwareId: string; readonly type: string; readonly info: unknown }
  | { readonly do: 'delete_device'; readonly hardwareId: string }
  | { readonly do: 'revoke_certificates'; readonly kind: 'gateway' | 'operator'; readonly subject: string; readonly reason: string };

/** Changes of many entities in a few statements. Their children's versions stay, so edges have to be told by name at the far end. */
export type BulkMutation =
  /**
   * Makes each entity what is given, edges included: a new one, or (unless `onlyNew`) instead of what was there. `owns`: a type whose
   * children belong to it; those that it had and is not given go with their edges, whatever they are. `going`: as far as they are known.
   */
  | {
      readonly do: 'put_entities';
      readonly type: string;
      readonly entities: readonly WholeEntity[];
      readonly onlyNew?: boolean;
      readonly owns?: string;
      readonly going?: readonly EntityId[];
    }
  | { readonly do: 'delete_entities'; readonly type: string; readonly keys: readonly string[] }
  /** Keeps the answer for a day, in case the request comes again. */
  | {
      readonly do: 'keep_answer';
      readonly operation: string;
      readonly key: string;
      readonly fingerprint: string;
      readonly answer: unknown;
    };

/** An entity of a type that has neither description nor physical id. */
export interface WholeEntity {
  readonly key: string;
  readonly name: string;
  readonly config: unknown;
  readonly children: readonly EntityId[];
  /** It was not there when this was worked out, as a dry run tells. */
  readonly isNew?: boolean;
}

export const isBulk = (mutation: Mutation): mutation is BulkMutation =>
  mutation.do === 'put_entities' || mutation.do === 'delete_entities' || mutation.do === 'keep_answer';

/** Whether somebody may do more or less afterwards: a certificate or what grants are about is gone. */
export const changesRights = (mutation: Mutation): boolean =>
  mutation.do === 'revoke_certificates' || mutation.do === 'create_network' || mutation.do === 'delete_network';

/** Config key -> config; null takes the config away. */
export type Configs = Readonly<Record<string, unknown>>;

interface EntityFields {
  readonly name?: string;
  readonly description?: string;
  readonly physicalId?: string | null;
  readonly config?: unknown;
}

/** Stands for the network itself where changes are listed by entity. */
export const NETWORK: EntityId = { type: 'network', key: '' };

/** An entity's key as readers see it: the network itself, which has none, goes by its id. */
export const shownKey = ({ key }: EntityId, networkId: string): string => (key === '' ? networkId : key);

/** The key that readers mean. */
export const storedKey = (id: EntityId, networkId: string): string =>
  id.type === NETWORK.type && id.key === networkId ? NETWORK.key : id.key;

/** The entities whose image a mutation changes: each gets a revision. Those that go with their owner are known to the store only. */
export function revised(mutation: Mutation): EntityId[] {
  switch (mutation.do) {
    case 'create_network':
    case 'update_network':
    case 'delete_network':
      return [NETWORK];
    case 'create_entity':
    case 'update_entity':
    case 'delete_entity':
    case 'set_children':
    case 'add_children':
    case 'remove_children':
      return [mutation.id];
    case 'set_parents':
      return mutation.keys.map((key) => ({ type: mutation.type, key }));
    case 'put_entities':
      return mutation.entities.map(({ key }) => ({ type: mutation.type, key }));
    case 'delete_entities':
      return mutation.keys.map((key) => ({ type: mutation.type, key }));
    case 'put_device':
    case 'delete_device':
    case 'revoke_certificates':
    case 'keep_answer':
      return [];
  }
}

/** All entities that a mutation touches, ends of edges included: what the network object looks at again. */
export function touched(mutation: Mutation): EntityId[] {
  switch (mutation.do) {
    case 'set_children':
    case 'add_children':
    case 'remove_children':
      return [mutation.id, ...mutation.keys.map((key) => ({ type: mutation.type, key }))];
    case 'set_parents':
      return [mutation.id, ...revised(mutation)];
    default:
      return revised(mutation);
  }
}

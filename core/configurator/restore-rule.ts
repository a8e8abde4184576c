import type { Fault } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import type { Expected } from './commit.ts';
import type { Graph, Network } from './model.ts';
import type { Mutation } from './mutations.ts';
import type { Image, Restorable } from './revisions.ts';

/** Of what type the parent and the child of an edge are. */
export type EdgeType = readonly [parent: string, child: string];

/** As the child's type of an edge that a rule follows: whatever it is. */
export const ANY_TYPE = '*';

/**
 * Asked when entities, or the network, become again what they were: what the writes of its types see to beside the thing itself holds
 * for a restore too. Other entities may have to change along, and what is referred to may be gone.
 */
export interface RestoreRule {
  /** Types that it is asked about; `network` for the network itself. */
  readonly types: readonly string[];
  /** Edges whose other ends are read, as they are now: two steps down from what is restored, and one step up from all but the last. */
  readonly follows?: readonly EdgeType[];
  /** The same, from what is taken away only. */
  readonly followsGone?: readonly EdgeType[];
  /** Types of which those are read whose keys stand anywhere in what is restored; `network` for other networks. */
  readonly names?: readonly string[];
  /** Edges to children that come back, of which it is read what they were then. */
  readonly remembers?: readonly EdgeType[];
  /** Pure. Gets all that is restored of its types at once. */
  readonly complete: (restored: readonly Restorable[], facts: RestoreFacts) => Completion;
}

/** What was read along. Edges in the graphs are those that some rule follows. */
export interface RestoreFacts {
  readonly principal: Principal;
  readonly networkNow: Network;
  readonly networkThen: Network;
  /** What there is before the restore. */
  readonly graphNow: Graph;
  /** The same with what is restored as it will be; its children among them, its parents as they are now. */
  readonly graphThen: Graph;
  /** Other networks that what is restored names, by id. */
  readonly networks: ReadonlyMap<string, Network>;
  /** What remembered children were, by entity key; null: they did not exist. Left out where the history does not reach back. */
  readonly past: ReadonlyMap<string, Image | null>;
  /** Types of entities that go with their parent. */
  readonly owned: ReadonlySet<string>;
}

export interface Completion {
  /** Named by the entity and the place in it: `subscriber/IMSI001.config.lte.sub_profile`. */
  readonly faults?: readonly Fault[];
  /** Made after those of the restore itself. */
  readonly mutations?: readonly Mutation[];
  readonly expect?: readonly Expected[];
}

/** What all modules say about restoring, as the registry puts it together. */
export interface Restoring {
  /** Edges of which a child has one at most. */
  readonly exclusive: readonly EdgeType[];
  /** Edges to children that are nothing without their parent. */
  readonly owns: readonly EdgeType[];
  /** All edges to be followed, each once; `gone`: from what is taken away only. */
  readonly follows: readonly { readonly edge: EdgeType; readonly gone: boolean }[];
  readonly rules: readonly RestoreRule[];
}

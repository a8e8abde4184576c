/** A value that a gateway reported about something: itself, an eNodeB, a subscriber. */
export interface StateReport {
  readonly type: string;
  readonly deviceId: string;
  /** As it came: UTF-8 JSON by convention, kept even when it is not. */
  readonly value: Uint8Array;
  /** The gateway's version, or one more than before when it sent 0 (the first is 0). */
  readonly version: bigint;
  /** When the cloud received it, unix milliseconds. */
  readonly receivedAt: number;
  /** Whether the value differs from what was stored before. */
  readonly changed: boolean;
}

export interface StateKey {
  readonly type: string;
  readonly deviceId: string;
}

/** The reported states of one gateway. */
export interface StateStore {
  /** Stores the states and answers each as it is now kept; an unchanged value is not written again. `receivedAt`: when it came, unless just now. */
  put(
    states: readonly (StateKey & { readonly value: Uint8Array; readonly version: bigint; readonly receivedAt?: number })[],
  ): StateReport[];
  get(keys: readonly StateKey[]): StateReport[];
  list(): StateReport[];
  delete(keys: readonly StateKey[]): void;
}

import type { ErrorCode } from '../errors.ts';
import type { Credential } from '../identity/principal.ts';

/** `unknown`: it was sent, and whether the gateway acted is not known; it is never sent again. */
export const COMMAND_STATES = ['queued', 'running', 'done', 'failed', 'refused', 'expired', 'cancelled', 'unknown'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** Who gives or cancels a command, and in which request. */
export interface CommandActor {
  readonly actor: string;
  readonly requestId: string;
}

/** A call of a unary method on a gateway, as a command. */
export interface NewCommand extends CommandActor {
  readonly name: string;
  /** What anybody may see of it who may read the network: no secrets. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  /** Service on the gateway, `magmad`. */
  readonly service: string;
  /** gRPC path. */
  readonly path: string;
  /** Bare request message. */
  readonly payload: Uint8Array;
  /** Refusals of the gateway that mean another one for this command. */
  readonly codes?: Readonly<Partial<Record<ErrorCode, ErrorCode>>> | undefined;
  /** How long it may wait for the gateway to connect, milliseconds; undefined: not at all. */
  readonly queueFor?: number | undefined;
  readonly key?: IdempotencyKey | undefined;
  /** What it was let through by: one that waits is given only if that still lets it. */
  readonly leave?: Leave | undefined;
}

/** By what right a command was given: to write to its network, by this credential and under this path and query. */
export interface Leave {
  readonly credential: Credential;
  readonly uri: string;
}

export interface IdempotencyKey {
  readonly text: string;
  /** Of the command and its parameters: the key of one does not fit another. */
  readonly fingerprint: string;
}

/** A command in the history of a gateway. Times are unix milliseconds. */
export interface CommandRecord extends CommandActor {
  readonly id: string;
  /** Rises with each command of the same hardware. */
  readonly sequence: number;
  readonly name: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly state: CommandState;
  readonly givenAt: number;
  /** Until when it may wait; null: it was not to wait. */
  readonly expiresAt: number | null;
  readonly sentAt: number | null;
  readonly endedAt: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Length of the answer in bytes, also when it is not kept; null: there is none. */
  readonly answerBytes: number | null;
}

/** The same with the gateway's answer, a bare message; null: there is none, or it was too large to keep. */
export interface WholeCommand extends CommandRecord {
  readonly answer: Uint8Array | null;
}

/** What became of a command that was given: `id` is null when it left no record. */
export type GivenCommand =
  | { readonly outcome: 'done'; readonly id: string; readonly answer: Uint8Array }
  | { readonly outcome: 'failed'; readonly id: string | null; readonly code: ErrorCode; readonly reason?: string; readonly message: string }
  | { readonly outcome: 'queued'; readonly id: string; readonly record: WholeCommand };

export interface CommandPage {
  /** Only those before this `sequence`. */
  readonly before: number;
  readonly limit: number;
  /** Undefined: in whatever state. */
  readonly state?: CommandState | undefined;
}

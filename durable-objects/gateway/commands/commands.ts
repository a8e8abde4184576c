import type { AuditOutcome } from '../../../core/configurator/audit-rows.ts';
import { OrcError } from '../../../core/errors.ts';
import type {
  CommandActor,
  CommandPage,
  CommandRecord,
  CommandState,
  GivenCommand,
  NewCommand,
  WholeCommand,
} from '../../../core/module/commands.ts';
import type { GatewayCallRequest, GatewayCallResult } from '../../ports.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { AuditOutbox } from './audit-outbox.ts';
import type { Recheck } from './check.ts';
import type { CommandCall, CommandLog, Ending } from './log.ts';
import { endingOf, INTERRUPTED, notTaken, told, toldAgain } from './outcome.ts';

/** Commands that may wait for one gateway. */
export const MAX_QUEUED = 32;
/** Parameters of a command that may wait, bytes. */
export const MAX_QUEUED_BYTES = 256 * 1024;
/** A gateway that has no room for another call is tried again after this, milliseconds. */
const BUSY_MS = 1000;
/** Ends that somebody has been told of are written together after this, milliseconds. */
const WRITE_MS = 250;

/** A call to the gateway: whether the request went out, and how it ends. */
interface Outgoing {
  readonly sent: boolean;
  readonly result: Promise<GatewayCallResult>;
}

export interface GatewayCommandsOptions {
  readonly log: CommandLog;
  readonly audit: Pick<AuditOutbox, 'add'>;
  readonly now: () => number;
  readonly identity: () => GatewayIdentity | undefined;
  readonly connected: () => boolean;
  /** Calls the gateway. */
  readonly call: (request: GatewayCallRequest) => Outgoing;
  readonly recheck: Recheck;
  /** Work that the object has to stay awake for. */
  readonly keep: (work: Promise<void>) => void;
  readonly later: (milliseconds: number, work: () => void) => void;
  /** There is something for the alarm. */
  readonly schedule: () => void;
}

/**
 * The commands of a gateway: given at once, or kept until it connects and then given in order, one at a time. Each is written down as
 * running in the turn in which it is sent, and is never sent from there again.
 */
export class GatewayCommands {
  readonly #options: GatewayCommandsOptions;
  readonly #running = new Map<string, Promise<GivenCommand>>();
  readonly #unwritten = new Map<CommandRecord, { readonly ending: Ending; readonly at: number }>();
  #delivering = false;

  constructor(options: GatewayCommandsOptions) {
    this.#options = options;
    for (const record of options.log.open('running')) this.#end(record, INTERRUPTED);
  }

  async give(command: NewCommand): Promise<GivenCommand> {
    const { log, connected } = this.#options;
    const before = command.key && log.underKey(command.key.text);
    if (before) {
      if (before.fingerprint === command.key?.fingerprint) return this.#running.get(before.command.id) ?? toldAgain(before.command);
      return notTaken(new OrcError('conflict', 'this Idempotency-Key came with another command before; take a new one'));
    }
    if (command.queueFor !== undefined) {
      this.#expire();
      // Whoever has commands wait wants them in order: a new one does not overtake those that wait.
      if (!connected() || log.waiting() > 0) return this.#queue(command, command.queueFor);
    }
    // What leaves an object waits for what was written before. Whoever comes again with a key after a crash must find it written that the
    // command may have gone out; without a key it is on its way while the disk writes, and only the answer to whoever gave it waits.
    const written = command.key && log.begin(command);
    const outgoing = this.#options.call(command);
    return this.#follow(written ?? log.begin(command), command, outgoing);
  }

  /** The gateway has connected: what waits is given to it. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    this.#options.keep(
      this.#deliverAll().finally(() => {
        this.#delivering = false;
      }),
    );
  }

  /** Newest first. */
  page(page: CommandPage): CommandRecord[] {
    this.tidy();
    return this.#options.log.page(page);
  }

  read(id: string): WholeCommand | undefined {
    this.tidy();
    return this.#options.log.read(id);
  }

  /** Takes back one that waits. Answers the state in which it was found. */
  cancel(id: string, by: CommandActor): CommandState | undefined {
    const record = this.read(id);
    if (record?.state === 'queued') this.#end(record, { state: 'cancelled' }, by);
    return record?.state;
  }

  /** What has ended is written, what has waited too long ends, what is too old goes. */
  tidy(): void {
    this.#write();
    this.#expire();
    this.#options.log.prune();
  }

  /** When the alarm has to look after those that wait. */
  due(): number | undefined {
    return this.#options.log.firstExpiry();
  }

  /** The hardware is about to serve another gateway, or none: nothing of this one is given any more, and its history goes. */
  leave(): void {
    const { log } = this.#options;
    this.#write();
    const gone = { code: 'gateway_offline', message: 'the hardware was taken from this gateway' } as const;
    for (const record of log.open('queued')) this.#end(record, { state: 'cancelled', error: gone });
    for (const record of log.open('running')) this.#end(record, { state: 'unknown', error: gone });
    log.clear();
  }

  #queue(command: NewCommand, queueFor: number): GivenCommand {
    const { log, now, schedule, connected } = this.#options;
    if (command.payload.byteLength > MAX_QUEUED_BYTES) {
      const message = `a command that is to wait may have ${MAX_QUEUED_BYTES} bytes of parameters; this one has ${command.payload.byteLength}`;
      return this.#refuse(command, { state: 'refused', error: { code: 'too_large', message }, unsent: true });
    }
    if (log.waiting() >= MAX_QUEUED) {
      const message = `${MAX_QUEUED} commands wait for this gateway already: cancel some (DELETE .../commands/{command_id}), or wait until it has connected`;
      return this.#refuse(command, { state: 'refused', error: { code: 'too_many', message }, unsent: true });
    }
    const record = log.queue(command, now() + queueFor);
    this.#audit(record, 'queued', { by: record, at: record.givenAt });
    schedule();
    if (connected()) this.deliver();
    return { outcome: 'queued', id: record.id, record: { ...record, answer: null } };
  }

  #refuse(command: NewCommand, ending: Ending): GivenCommand {
    const record = this.#options.log.begin(command);
    this.#end(record, ending);
    return told(record.id, ending);
  }

  #follow(record: CommandRecord, command: NewCommand, outgoing: Outgoing): Promise<GivenCommand> {
    const given = this.#settle(record, command, outgoing, command.key === undefined);
    this.#running.set(record.id, given);
    this.#options.keep(given.then(() => void this.#running.delete(record.id)));
    return given;
  }

  /**
   * `lazily`: the answer does not wait until its record is on disk. Should the object die in that moment, the record says that the end is
   * not known, though somebody was told of it; what an Idempotency-Key is to answer again may not be lost like that.
   */
  async #settle(record: CommandRecord, { codes }: CommandCall, { sent, result }: Outgoing, lazily = false): Promise<GivenCommand> {
    const gatewayId = this.#options.identity()?.gatewayId ?? '';
    const ending = endingOf(gatewayId, await result, sent, codes);
    if (lazily && sent) this.#endSoon(record, ending);
    else this.#end(record, ending);
    return told(record.id, ending);
  }

  #endSoon(record: CommandRecord, ending: Ending): void {
    if (this.#unwritten.size === 0) this.#options.later(WRITE_MS, () => this.#write());
    this.#unwritten.set(record, { ending, at: this.#options.now() });
  }

  #write(): void {
    for (const [record, { ending, at }] of this.#unwritten) this.#end(record, ending, record, at);
    this.#unwritten.clear();
  }

  async #deliverAll(): Promise<void> {
    const { log, connected, later } = this.#options;
    let checked: string | undefined;
    for (;;) {
      this.#expire();
      const record = connected() ? log.next() : undefined;
      if (!record) return;
      const asked = record.id === checked ? undefined : this.#options.recheck(record);
      if (asked) {
        // Much may happen while this is waited for, so all else is looked at again.
        if (!(await this.#passed(record, asked))) return;
        checked = record.id;
        continue;
      }
      const call = log.start(record);
      const outgoing = this.#options.call(call);
      if (!outgoing.sent) {
        // In the same turn, so that it is never seen as running.
        log.putBack(record, call);
        later(BUSY_MS, () => this.deliver());
        return;
      }
      await this.#settle(record, call, outgoing);
    }
  }

  /** Ends a command that is not allowed any more. False: that is not known now, and it is tried again. */
  async #passed(record: CommandRecord, asked: NonNullable<ReturnType<Recheck>>): Promise<boolean> {
    try {
      const refusal = await asked;
      if (refusal) this.#end(record, { state: 'refused', error: { code: refusal.code, message: refusal.message }, unsent: true });
      return true;
    } catch (error) {
      console.warn('a command that waits could not be looked at', record.id, error);
      this.#options.later(BUSY_MS, () => this.deliver());
      return false;
    }
  }

  #expire(): void {
    const now = this.#options.now();
    for (const record of this.#options.log.open('queued')) {
      if ((record.expiresAt ?? 0) <= now) this.#end(record, { state: 'expired' });
    }
  }

  #end(record: CommandRecord, ending: Ending, by: CommandActor = record, at = this.#options.now()): void {
    if (!this.#options.log.end(record, ending, at)) return;
    this.#audit(record, OUTCOMES[ending.state], { code: ending.error?.code, by, at });
  }

  #audit(
    record: CommandRecord,
    outcome: AuditOutcome,
    { code, by, at }: { code?: string | undefined; by: CommandActor; at: number },
  ): void {
    const identity = this.#options.identity();
    if (!identity) return;
    const { networkId, gatewayId: target } = identity;
    const waited = record.expiresAt === null ? {} : { command_id: record.id };
    const detail = { ...record.detail, ...waited, ...(code === undefined ? {} : { code }) };
    const shown = Object.keys(detail).length > 0 ? { detail } : {};
    const { actor, requestId } = by;
    this.#options.audit.add({ actor, action: `command.${record.name}`, networkId, target, outcome, requestId, ...shown }, at);
  }
}

const OUTCOMES: Readonly<Record<Ending['state'], AuditOutcome>> = {
  done: 'ok',
  failed: 'failed',
  refused: 'refused',
  unknown: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
};

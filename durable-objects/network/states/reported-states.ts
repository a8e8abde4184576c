import type { Registry } from '../../../core/module/registry.ts';
import { readState, subjectOf } from '../../../core/state/indexing.ts';
import type { StateBatch, StateReceipt, StateNews } from '../../ports.ts';
import type { StateIndex } from './state-index.ts';

type Id = { id: number };

/** A row may have 2 MB. */
const MAX_TEXT_BYTES = 1_500_000;

/** What is no UTF-8 takes three times its room as text, and a row that cannot be written would hold up all that comes after it. */
function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return bytes.byteLength * 3 > MAX_TEXT_BYTES && new TextEncoder().encode(text).byteLength > MAX_TEXT_BYTES
    ? text.slice(0, MAX_TEXT_BYTES / 3)
    : text;
}

// A state keeps its number while it changes: its entries, and the place that re-indexing has come to, go by it.
const PUT = `
  INSERT INTO states (type, device_id, subject, hardware_id, value, size, version, received_at, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (type, device_id, hardware_id) DO UPDATE SET value = excluded.value, size = excluded.size, version = excluded.version,
    received_at = excluded.received_at, fault = excluded.fault
  RETURNING id`;

/**
 * The states that gateways reported, as far as lists and look-ups need them: of each device one per reporter, so that two gateways that
 * see the same device do not overwrite one another.
 */
export class ReportedStates {
  readonly #sql: SqlStorage;
  readonly #types: Registry['stateTypes'];
  readonly #index: StateIndex;

  constructor(sql: SqlStorage, types: Registry['stateTypes'], index: StateIndex) {
    this.#sql = sql;
    this.#types = types;
    this.#index = index;
  }

  /**
   * Takes news of a gateway's states, once: what was taken before is known by its number, however often and late it comes again.
   * `gap`: the gateway believes that more was taken than is there, so what was is dropped and it has to tell everything again.
   */
  take(gatewayId: string, { hardwareId, confirmed, news }: StateBatch): StateReceipt {
    const reporter = this.#reporter(hardwareId);
    if (reporter && reporter.gateway_id !== gatewayId) this.forget(hardwareId);
    const through = reporter?.gateway_id === gatewayId ? reporter.through : 0;
    if (through < confirmed) return this.#gap(hardwareId);
    const fresh = news.filter(({ number }) => number > through);
    for (const item of fresh) {
      if (!this.#apply(hardwareId, item)) return this.#gap(hardwareId);
    }
    const last = fresh.at(-1);
    if (last) {
      this.#sql.exec(
        `INSERT INTO state_reporters (hardware_id, gateway_id, through) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET gateway_id = excluded.gateway_id, through = excluded.through`,
        ...[hardwareId, gatewayId, last.number],
      );
    }
    return { taken: true };
  }

  /** The gateway does not belong to the network any more, or serves as another one. */
  forget(hardwareId: string): void {
    this.#index.removeReporter(hardwareId);
    this.#sql.exec('DELETE FROM states WHERE hardware_id = ?', hardwareId);
    this.#sql.exec('DELETE FROM state_reporters WHERE hardware_id = ?', hardwareId);
  }

  #gap(hardwareId: string): StateReceipt {
    this.forget(hardwareId);
    return { taken: false, reason: 'gap' };
  }

  #reporter(hardwareId: string): { gateway_id: string; through: number } | undefined {
    return this.#sql
      .exec<{ gateway_id: string; through: number }>('SELECT gateway_id, through FROM state_reporters WHERE hardware_id = ?', hardwareId)
      .toArray()[0];
  }

  /** False when the news builds on a state that is not here. */
  #apply(hardwareId: string, { type, deviceId, state }: StateNews): boolean {
    const [old] = this.#sql
      .exec<Id>('SELECT id FROM states WHERE type = ? AND device_id = ? AND hardware_id = ?', type, deviceId, hardwareId)
      .toArray();
    if (state === null) {
      if (old) this.#remove(old.id);
      return true;
    }
    const { receivedAt, version, value: bytes } = state;
    if (bytes === undefined) {
      if (old) this.#sql.exec('UPDATE states SET received_at = ?, version = ? WHERE id = ?', receivedAt, version, old.id);
      return old !== undefined;
    }
    const text = textOf(bytes);
    const subject = subjectOf(deviceId, hardwareId);
    const { value, fault } = readState(this.#types.get(type), text);
    const row = [type, deviceId, subject, hardwareId, text, text.length, version, receivedAt, fault];
    const [put] = this.#sql.exec<Id>(PUT, ...row).toArray();
    if (put) this.#index.index({ id: put.id, type, subject, hardwareId, value });
    return true;
  }

  #remove(id: number): void {
    this.#index.remove(id);
    this.#sql.exec('DELETE FROM states WHERE id = ?', id);
  }
}

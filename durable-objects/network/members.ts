import type { Entity } from '../../core/configurator/model.ts';
import type { PresenceReport, StatusPage, StoredReport } from '../ports.ts';

/** JSON of a page of reports, characters. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

export interface Member extends Record<string, SqlStorageValue> {
  gateway_id: string;
  hardware_id: string | null;
  connected_since: number | null;
  certificate_expires_at: number | null;
  checkin_at: number | null;
  state: string | null;
  /** Number of the gateway's entity, never re-used; null in rows from before it was kept. */
  entity_id: number | null;
}

/** Who belongs to the network, who is connected, and what each last reported of itself. */
export class Members {
  readonly #sql: SqlStorage;
  /** Asked for with each word of a gateway, so it is not read from SQLite each time. */
  readonly #hardware = new Map<string, string | null>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  all(): Member[] {
    return this.#sql.exec<Member>('SELECT * FROM gateways ORDER BY gateway_id').toArray();
  }

  /** Those of the members named that have reported, with their index among the names, from index `first` on. */
  *reporting(gatewayIds: readonly string[], first: number): Iterable<Member & { position: number }> {
    yield* this.#sql.exec<Member & { position: number }>(
      `SELECT i.key AS position, g.* FROM json_each(?) AS i CROSS JOIN gateways AS g ON g.gateway_id = i.value
         WHERE i.key >= ? AND g.state IS NOT NULL ORDER BY i.key`,
      JSON.stringify(gatewayIds),
      first,
    );
  }

  get(gatewayId: string): Member | undefined {
    return this.#sql.exec<Member>('SELECT * FROM gateways WHERE gateway_id = ?', gatewayId).toArray()[0];
  }

  /** The hardware that serves a gateway; null when there is none, or no such gateway. */
  hardwareOf(gatewayId: string): string | null {
    const known = this.#hardware.get(gatewayId);
    if (known !== undefined) return known;
    const member = this.get(gatewayId);
    if (member) this.#hardware.set(gatewayId, member.hardware_id);
    return member?.hardware_id ?? null;
  }

  /** Makes the gateway known under its hardware; true when it was not, or was another gateway of the same id. Old hardware has to leave. */
  place({ key: gatewayId, physicalId, id }: Pick<Entity, 'key' | 'physicalId' | 'id'>): boolean {
    const old = this.get(gatewayId);
    const same = old !== undefined && (old.entity_id === id || old.entity_id === null);
    if (same && old.hardware_id === physicalId) {
      if (old.entity_id === null) this.#sql.exec('UPDATE gateways SET entity_id = ? WHERE gateway_id = ?', id, gatewayId);
      return false;
    }
    if (physicalId) this.left(physicalId, gatewayId);
    if (old?.hardware_id) this.#leave(old.hardware_id, gatewayId);
    this.#sql.exec('INSERT OR REPLACE INTO gateways (gateway_id, hardware_id, entity_id) VALUES (?, ?, ?)', gatewayId, physicalId, id);
    this.#hardware.delete(gatewayId);
    return true;
  }

  /** The gateway is gone; its hardware has to leave. */
  remove(gatewayId: string): void {
    const old = this.get(gatewayId);
    if (old?.hardware_id) this.#leave(old.hardware_id, gatewayId);
    this.#sql.exec('DELETE FROM gateways WHERE gateway_id = ?', gatewayId);
    this.#hardware.delete(gatewayId);
  }

  /** Hardware that serves no gateway here any more and has not been cut off yet. */
  leavers(): { readonly hardwareId: string; readonly gatewayId: string }[] {
    return this.#sql
      .exec<{ hardware_id: string; gateway_id: string }>('SELECT hardware_id, gateway_id FROM leavers')
      .toArray()
      .map((row) => ({ hardwareId: row.hardware_id, gatewayId: row.gateway_id }));
  }

  left(hardwareId: string, gatewayId: string): void {
    this.#sql.exec('DELETE FROM leavers WHERE hardware_id = ? AND gateway_id = ?', hardwareId, gatewayId);
  }

  #leave(hardwareId: string, gatewayId: string): void {
    this.#sql.exec('INSERT OR IGNORE INTO leavers (hardware_id, gateway_id) VALUES (?, ?)', hardwareId, gatewayId);
  }

  /** When those gateways last checked in, of those that have. */
  checkins(gatewayIds: readonly string[]): (readonly [gatewayId: string, at: number])[] {
    return this.#sql
      .exec<{ gateway_id: string; checkin_at: number }>(
        'SELECT gateway_id, checkin_at FROM gateways WHERE checkin_at IS NOT NULL AND gateway_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(gatewayIds),
      )
      .toArray()
      .map((row) => [row.gateway_id, row.checkin_at] as const);
  }

  /** Keeps a gateway object's news. */
  report(gatewayId: string, { connection, checkin }: PresenceReport): void {
    if (connection !== undefined) {
      this.#sql.exec(
        'UPDATE gateways SET connected_since = ?, certificate_expires_at = COALESCE(?, certificate_expires_at) WHERE gateway_id = ?',
        connection?.since ?? null,
        connection?.certificateExpiresAt ?? null,
        gatewayId,
      );
    }
    if (checkin) this.#sql.exec('UPDATE gateways SET checkin_at = ?, state = ? WHERE gateway_id = ?', checkin.at, checkin.state, gatewayId);
  }
}

/** A member's newest self-report, or null when there has been none. */
export function reportOf(member: Member | undefined): StoredReport | null {
  if (!member?.hardware_id || member.state === null || member.checkin_at === null) return null;
  return {
    hardwareId: member.hardware_id,
    state: member.state,
    receivedAt: member.checkin_at,
    certificateExpiresAt: member.certificate_expires_at,
  };
}

/** As many reports as fit one call between objects, whatever gateways write into theirs. */
export function pageOf(members: Iterable<Member & { position: number }>): StatusPage {
  const reports: [string, StoredReport][] = [];
  let size = 0;
  for (const member of members) {
    const report = reportOf(member);
    if (report) reports.push([member.gateway_id, report]);
    size += member.state?.length ?? 0;
    if (size >= PAGE_CHARACTERS) return { reports, next: member.position + 1 };
  }
  return { reports, next: null };
}

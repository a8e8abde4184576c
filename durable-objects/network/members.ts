import type { GatewayReport } from '../../core/module/context.ts';
import type { PresenceReport } from '../ports.ts';

export interface Member extends Record<string, SqlStorageValue> {
  gateway_id: string;
  hardware_id: string | null;
  connected_since: number | null;
  certificate_expires_at: number | null;
  checkin_at: number | null;
  state: string | null;
}

/** Who belongs to the network, who is connected, and what each last reported of itself. */
export class Members {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  all(): Member[] {
    return this.#sql.exec<Member>('SELECT * FROM gateways ORDER BY gateway_id').toArray();
  }

  get(gatewayId: string): Member | undefined {
    return this.#sql.exec<Member>('SELECT * FROM gateways WHERE gateway_id = ?', gatewayId).toArray()[0];
  }

  /** Makes the gateway known under its hardware id. Answers the hardware id it had before, when that was another. */
  place(gatewayId: string, hardwareId: string | null): string | null {
    const old = this.get(gatewayId);
    if (old?.hardware_id === hardwareId) return null;
    this.#sql.exec('INSERT OR REPLACE INTO gateways (gateway_id, hardware_id) VALUES (?, ?)', gatewayId, hardwareId);
    return old?.hardware_id ?? null;
  }

  remove(gatewayId: string): void {
    this.#sql.exec('DELETE FROM gateways WHERE gateway_id = ?', gatewayId);
  }

  /** Takes a gateway object's news; false when that hardware does not serve this gateway (any more). */
  report(gatewayId: string, report: PresenceReport): boolean {
    if (this.get(gatewayId)?.hardware_id !== report.hardwareId) return false;
    const { connection, checkin } = report;
    if (connection !== undefined) {
      this.#sql.exec(
        'UPDATE gateways SET connected_since = ?, certificate_expires_at = COALESCE(?, certificate_expires_at) WHERE gateway_id = ?',
        connection?.since ?? null,
        connection?.certificateExpiresAt ?? null,
        gatewayId,
      );
    }
    if (checkin) this.#sql.exec('UPDATE gateways SET checkin_at = ?, state = ? WHERE gateway_id = ?', checkin.at, checkin.state, gatewayId);
    return true;
  }
}

/** A member's newest self-report, or null when there has been none. */
export function reportOf(member: Member | undefined): GatewayReport | null {
  if (!member?.hardware_id || member.state === null || member.checkin_at === null) return null;
  return {
    hardwareId: member.hardware_id,
    state: parse(member.state),
    receivedAt: member.checkin_at,
    certificateExpiresAt: member.certificate_expires_at,
  };
}

/** A state that is not JSON is kept where it was reported; here it reads as empty, so that it breaks no list. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

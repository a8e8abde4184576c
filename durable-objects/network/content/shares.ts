import { shareDigest } from '../../../core/content/digest.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';

/** What each gateway has of its own in a set; only those that have something have a row. */
export class Shares {
  readonly #sql: SqlStorage;
  readonly #sets: readonly ContentSet[];

  constructor(sql: SqlStorage, sets: readonly ContentSet[]) {
    this.#sql = sql;
    this.#sets = sets.filter((set) => set.share);
  }

  get(gatewayId: string, name: string): Uint8Array | undefined {
    const [row] = this.#sql
      .exec<{ value: ArrayBuffer }>('SELECT value FROM content_shares WHERE gateway_id = ? AND content = ?', gatewayId, name)
      .toArray();
    return row && new Uint8Array(row.value);
  }

  /** Works a gateway's shares out anew; answers the names of the sets of which it has another one now. */
  update(gatewayId: string, view: GatewayGraph): string[] {
    return this.#sets.flatMap(({ name, share }) => {
      let value: Uint8Array | undefined;
      try {
        value = share?.of(view);
      } catch (error) {
        // It keeps what it had, as a gateway does whose configuration cannot be rendered.
        console.error('cannot work out the share of', gatewayId, name, error);
        return [];
      }
      if (shareDigest(value) === shareDigest(this.get(gatewayId, name))) return [];
      this.#sql.exec('DELETE FROM content_shares WHERE gateway_id = ? AND content = ?', gatewayId, name);
      if (value) this.#sql.exec('INSERT INTO content_shares (gateway_id, content, value) VALUES (?, ?, ?)', gatewayId, name, value);
      return [name];
    });
  }

  remove(gatewayId: string): void {
    this.#sql.exec('DELETE FROM content_shares WHERE gateway_id = ?', gatewayId);
  }
}

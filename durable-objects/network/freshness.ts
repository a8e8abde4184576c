import type { PresenceReport } from '../ports.ts';

const PARTS = ['connection', 'streams', 'checkin'] as const;
type Part = (typeof PARTS)[number];

interface Newest {
  readonly hardwareId: string;
  readonly parts: Map<Part, number>;
}

/**
 * Sifts reports that were overtaken: reports come as calls of the gateway's object and as answers to the network's, and neither
 * waits for the other. Kept in memory only; who has not been heard of is believed.
 */
export class Freshness {
  readonly #newest = new Map<string, Newest>();

  /** Whether anything came from the gateway's hardware since this memory began. */
  heard(gatewayId: string, hardwareId: string): boolean {
    return this.#newest.get(gatewayId)?.hardwareId === hardwareId;
  }

  /** The report without the parts of which a newer word is known. */
  sift(gatewayId: string, report: PresenceReport): PresenceReport {
    const { hardwareId, revision } = report;
    let newest = this.#newest.get(gatewayId);
    if (newest?.hardwareId !== hardwareId) {
      newest = { hardwareId, parts: new Map() };
      this.#newest.set(gatewayId, newest);
    }
    const { parts } = newest;
    const fresh = PARTS.filter((part) => report[part] !== undefined && (parts.get(part) ?? -1) < revision);
    for (const part of fresh) parts.set(part, revision);
    return { hardwareId, revision, ...Object.fromEntries(fresh.map((part) => [part, report[part]])) };
  }

  forget(gatewayId: string): void {
    this.#newest.delete(gatewayId);
  }
}

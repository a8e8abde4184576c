import type { GatewayReport } from '../core/module/context.ts';

/** How long a report that was read may be shown again without asking, milliseconds: check-ins arrive once a second at most. */
const FRESH_MS = 250;
/** Reports of so many gateways are remembered. */
const MOST = 1000;

interface Remembered {
  /** Undefined: the gateway had not reported. */
  readonly report: GatewayReport | undefined;
  readonly readAt: number;
}

/**
 * What this isolate read a moment ago of gateways' reports: who polls one gateway need not occupy the network's only object each time.
 * To be asked only for who has been let in.
 */
export class RecentReports {
  readonly #known = new Map<string, Remembered>();

  find(networkId: string, gatewayId: string, now: number): Remembered | undefined {
    const known = this.#known.get(nameOf(networkId, gatewayId));
    return known && now - known.readAt < FRESH_MS ? known : undefined;
  }

  keep(networkId: string, gatewayId: string, report: GatewayReport | undefined, now: number): void {
    const name = nameOf(networkId, gatewayId);
    this.#known.delete(name);
    this.#known.set(name, { report, readAt: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }
}

const nameOf = (networkId: string, gatewayId: string): string => JSON.stringify([networkId, gatewayId]);

import { within } from '../lib/within.ts';
import type { NetworkPort, PresenceReport, StateBatch, StateReceipt, StreamProgress } from '../ports.ts';
import type { GatewayIdentity } from './identity.ts';
import type { News } from './presence.ts';

/** A network that takes longer to hear of states is told again. */
const TELL_STATES_MS = 15_000;

export interface NetworkLinkOptions {
  readonly network: (networkId: string) => NetworkPort;
  /** What the object is called by while it serves no gateway. */
  readonly hardwareId: string;
  readonly identity: () => GatewayIdentity | undefined;
  /** How far each stream is. */
  readonly progress: () => readonly StreamProgress[];
}

/** What a gateway's object tells the network that its gateway is in. */
export class NetworkLink {
  readonly #options: NetworkLinkOptions;
  /** Reports of a later instance have higher numbers. */
  #revision = Date.now() * 1024;

  constructor(options: NetworkLinkOptions) {
    this.#options = options;
  }

  /** News as they are now, numbered. */
  report({ connection, checkin, streams }: News): PresenceReport {
    this.#revision += 1;
    const { identity, hardwareId, progress } = this.#options;
    return {
      hardwareId: identity()?.hardwareId ?? hardwareId,
      revision: this.#revision,
      ...(connection === undefined ? {} : { connection }),
      ...(checkin ? { checkin } : {}),
      ...(streams ? { streams: progress() } : {}),
    };
  }

  async tell(news: News): Promise<void> {
    const identity = this.#options.identity();
    if (identity) await this.#options.network(identity.networkId).report(identity.gatewayId, this.report(news));
  }

  async tellStates(batch: Omit<StateBatch, 'hardwareId'>): Promise<StateReceipt> {
    const identity = this.#options.identity();
    if (!identity) return { taken: false, reason: 'stranger' };
    const { hardwareId, networkId, gatewayId } = identity;
    return within(TELL_STATES_MS, this.#options.network(identity.networkId).takeStates(networkId, gatewayId, { hardwareId, ...batch }));
  }
}

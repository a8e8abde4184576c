// A gateway's agent. Many may run in one process, each with its own data folder.
import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Bootstrapper } from './bootstrap/bootstrapper.ts';
import { connectBootstrapCloud } from './bootstrap/cloud.ts';
import { CertificateKeeper } from './bootstrap/keeper.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { AgentEvents } from './events.ts';
import type { Identity } from './identity/identity.ts';
import { loadIdentity } from './identity/identity.ts';
import type { Logger } from './log.ts';
import { reasonOf, silent } from './log.ts';
import { newCounters } from './metrics/counters.ts';
import type { AgentOptions } from './options.ts';
import { bootstrapUrl, controllerUrl } from './options.ts';
import { Parts } from './parts.ts';
import { pathsOf } from './storage/paths.ts';

export type { AgentEvents } from './events.ts';
export type { AgentOptions } from './options.ts';

/** What an operator has to know of a gateway to register it. */
export type PublicIdentity = Pick<Identity, 'hardwareId' | 'publicKey' | 'keyType'>;

export interface Agent {
  /** The identity; made on first use. Works before `start`. */
  identity(): Promise<PublicIdentity>;
  /** Starts; resolves when everything local is ready, and goes on by itself. Rejects when the data folder cannot be used. */
  start(): Promise<void>;
  /** Ends everything that runs, for good; resolves when nothing is left. */
  stop(): Promise<void>;
  readonly connected: boolean;
  /** The port of the local proxy, once started; undefined without one. */
  readonly proxyPort: number | undefined;
  on<E extends keyof AgentEvents>(event: E, listener: (...args: AgentEvents[E]) => void): Agent;
  off<E extends keyof AgentEvents>(event: E, listener: (...args: AgentEvents[E]) => void): Agent;
}

/** Makes an agent; nothing happens before `start`. Throws when an address or the root CA is not valid. */
export function createAgent(options: AgentOptions): Agent {
  return new GatewayAgent(options);
}

class GatewayAgent implements Agent {
  private readonly options: AgentOptions;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly urls: { controller: string; bootstrap: string };
  private readonly events = new EventEmitter<AgentEvents>();
  private readonly stopping = new AbortController();
  private loaded: Promise<Identity> | undefined;
  private started: Promise<void> | undefined;
  private joining: Promise<void> | undefined;
  private parts: Parts | undefined;
  private keeper: CertificateKeeper | undefined;

  constructor(options: AgentOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silent;
    if (options.ca !== undefined) checkAuthority(options.ca);
    this.urls = { controller: controllerUrl(options.controller), bootstrap: bootstrapUrl(options.bootstrap, options.controller) };
  }

  get connected(): boolean {
    return this.parts?.connection.connected ?? false;
  }

  get proxyPort(): number | undefined {
    return this.parts?.proxyPort;
  }

  async identity(): Promise<PublicIdentity> {
    const { hardwareId, publicKey, keyType } = await this.load();
    return { hardwareId, publicKey, keyType };
  }

  on<E extends keyof AgentEvents>(event: E, listener: (...args: AgentEvents[E]) => void): Agent {
    this.events.on(event, listener as never);
    return this;
  }

  off<E extends keyof AgentEvents>(event: E, listener: (...args: AgentEvents[E]) => void): Agent {
    this.events.off(event, listener as never);
    return this;
  }

  start(): Promise<void> {
    this.started ??= this.setUp();
    return this.started;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.started?.catch(() => undefined);
    await this.joining;
    await Promise.all([this.keeper?.stop(), this.parts?.stop()]);
  }

  private load(): Promise<Identity> {
    this.loaded ??= loadIdentity(pathsOf(this.options.dataDir), this.options.hardwareId);
    return this.loaded;
  }

  private async setUp(): Promise<void> {
    const { options, clock, log, events } = this;
    const { signal } = this.stopping;
    const startTime = clock.now();
    const paths = pathsOf(options.dataDir, options.mconfigPath);
    const identity = await this.load();
    const counters = newCounters();
    const bootstrapper = new Bootstrapper({
      cloud: connectBootstrapCloud(this.urls.bootstrap, options.ca),
      identity,
      paths,
      token: options.token,
      clock,
      log,
      backoff: options.bootstrapBackoff ?? { baseMs: 1000, capMs: 60_000 },
      onFailure: (reason) => {
        counters.bootstrapFailures++;
        events.emit('bootstrap-failed', { reason });
      },
    });
    const keeper = new CertificateKeeper({
      bootstrapper,
      paths,
      clock,
      log,
      signal,
      onNew: ({ serial, notBefore, notAfter }) => void events.emit('bootstrap', { serial, notBefore, notAfter }),
    });
    const { hardwareId } = identity;
    const parts = new Parts({
      options,
      url: this.urls.controller,
      bootstrapUrl: this.urls.bootstrap,
      paths,
      clock,
      log,
      hardwareId,
      startTime,
      keeper,
      counters,
      events,
    });
    this.keeper = keeper;
    this.parts = parts;
    await keeper.load();
    await parts.load();
    this.joining = this.join(keeper, parts);
  }

  private async join(keeper: CertificateKeeper, parts: Parts): Promise<void> {
    await keeper.obtain();
    if (this.stopping.signal.aborted) return;
    parts.connection.start();
    keeper.watch(() => void parts.renewed());
  }
}

function checkAuthority(ca: string): void {
  try {
    new X509Certificate(ca);
  } catch (error) {
    throw new Error(`the root CA is not a PEM certificate: ${reasonOf(error)}`);
  }
}

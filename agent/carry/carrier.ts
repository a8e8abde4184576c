// The agent as control_proxy (docs/gateway.md): magmad bootstraps, checks in and takes the cloud's calls itself; the agent carries.
import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { bootstrapTransport } from '../bootstrap/cloud.ts';
import type { Clock, Timer } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { RECONNECT } from '../connection/backoff.ts';
import { Connection } from '../connection/connection.ts';
import type { Logger } from '../log.ts';
import { silent } from '../log.ts';
import { bootstrapUrl, controllerUrl } from '../options.ts';
import { LocalServices } from '../proxy/local-services.ts';
import { LocalProxy } from '../proxy/proxy.ts';
import { SyncRelay } from '../proxy/sync-relay.ts';
import { AGENT_VERSION } from '../version.ts';
import { CertificateFiles } from './certificate-files.ts';
import { localIdentity } from './local-authority.ts';
import type { CarrierOptions } from './options.ts';
import { standIn } from './stand-in.ts';

export interface CarrierEvents {
  connected: [{ networkId: string; gatewayId: string }];
  disconnected: [{ reason: string }];
}

/** How often the local bootstrap port gets a new certificate, in milliseconds: long before the old one ends. */
const RENEW_MS = 24 * 24 * 3600_000;

export class Carrier extends EventEmitter<CarrierEvents> {
  private readonly options: CarrierOptions;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly urls: { controller: string; bootstrap: string };
  private readonly stopping = new AbortController();
  private running: Running | undefined;
  private started: Promise<void> | undefined;
  private joining: Promise<void> | undefined;
  private renewal: Timer | undefined;

  /** Nothing happens before `start`. Throws when an address is not valid. */
  constructor(options: CarrierOptions) {
    super();
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silent;
    this.urls = { controller: controllerUrl(options.controller), bootstrap: bootstrapUrl(options.bootstrap, options.controller) };
  }

  get connected(): boolean {
    return this.running?.connection.connected ?? false;
  }

  /** The ports it listens on, once started. */
  get ports(): { local: number; bootstrap: number | undefined } {
    return this.running?.proxy.ports ?? { local: 0, bootstrap: undefined };
  }

  /** Whether magmad takes the cloud's calls. */
  get relaying(): boolean {
    return this.running?.relay.attached ?? false;
  }

  /** Starts; resolves when both ports are open, and goes on by itself. Rejects when they, or the data folder, cannot be had. */
  start(): Promise<void> {
    this.started ??= this.setUp();
    return this.started;
  }

  /** Ends everything that runs, for good; resolves when nothing is left. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.renewal?.cancel();
    await this.started?.catch(() => undefined);
    const { running } = this;
    await running?.files.stop();
    await this.joining;
    await Promise.all([running?.connection.stop(), running?.server.closeAll(), running?.proxy.stop()]);
    running?.services.close();
  }

  private async setUp(): Promise<void> {
    const { options, clock, log } = this;
    const identity = await this.identity();
    log('info', 'the root for rootca_cert of control_proxy.yml is written', { file: identity.rootFile });
    const services = new LocalServices(options.services, clock);
    const files = new CertificateFiles({
      files: options.files,
      clock,
      log,
      signal: this.stopping.signal,
      onNew: () => void this.renewed(),
    });
    const connection = this.connect(files);
    const send = connection.send.bind(connection);
    const buffered = () => connection.buffered;
    const relay = new SyncRelay({ clock, log, send, buffered });
    const hardwareId = () => commonName(files.found?.certificate);
    const server = standIn({ options, services, clock, log, send, buffered, hardwareId });
    const { host, port } = options.bootstrapListen;
    const proxy = new LocalProxy({
      clock,
      log,
      calls: connection.calls,
      services,
      bootstrap: bootstrapTransport(this.urls.bootstrap, options.ca),
      relay,
      onSigned: () => {
        // Its first check-in follows within a second, and the next one a minute later.
        proxy.expect();
        files.lookOften();
      },
      listen: options.listen,
      bootstrapListen: { endpoint: { host, port }, identity },
    });
    await proxy.start().catch(async (error: unknown) => {
      await proxy.stop();
      throw error;
    });
    this.running = { connection, relay, server, proxy, files, services };
    await files.start();
    this.scheduleRenewal(proxy);
    this.joining = this.join(files, connection);
  }

  private async join(files: CertificateFiles, connection: Connection): Promise<void> {
    await files.obtain();
    if (!this.stopping.signal.aborted) connection.start();
  }

  private connect(files: CertificateFiles): Connection {
    const { options, clock, log } = this;
    return new Connection({
      url: this.urls.controller,
      ca: options.ca,
      clock,
      log,
      times: { ...RECONNECT, ...options.reconnect },
      credentials: () => files.current,
      // magmad polls; nothing is pushed to a carrier.
      hello: () => ({ agentVersion: AGENT_VERSION, positions: [] }),
      renew: (reason) => files.renew(reason),
      onWelcome: ({ networkId, gatewayId }) => {
        log('info', 'connected', { network: networkId, gateway: gatewayId, controller: this.urls.controller });
        this.running?.proxy.up();
        this.emit('connected', { networkId, gatewayId });
      },
      onDown: (reason) => {
        void this.running?.server.closeAll();
        this.emit('disconnected', { reason });
      },
      onOutage: (error) => this.running?.proxy.down(error),
      onUpdate: ({ stream }) => log('warn', 'an update that was not asked for is dropped', { stream }),
      onSyncRequest: (request) => {
        // A call, and its end, go where magmad is; it takes over from the agent call by call.
        if (!this.running?.relay.request(request)) this.running?.server.handle(request);
      },
    });
  }

  /** magmad has written a certificate. */
  private async renewed(): Promise<void> {
    const { running } = this;
    await running?.proxy.pauseForRenewal();
    running?.connection.reconnect('there is a new certificate');
  }

  private identity(): ReturnType<typeof localIdentity> {
    const { dataDir, bootstrapListen, ca } = this.options;
    return localIdentity(dataDir, bootstrapListen.names, ca, this.clock.now());
  }

  private scheduleRenewal(proxy: LocalProxy): void {
    this.renewal = this.clock.after(RENEW_MS, () => {
      this.identity().then(
        (identity) => proxy.renew(identity),
        (error: unknown) => this.log('error', 'the local bootstrap port keeps its certificate', { reason: String(error) }),
      );
      this.scheduleRenewal(proxy);
    });
  }
}

interface Running {
  connection: Connection;
  relay: SyncRelay;
  server: ReturnType<typeof standIn>;
  proxy: LocalProxy;
  files: CertificateFiles;
  services: LocalServices;
}

function commonName(certificate: string | undefined): string {
  if (certificate === undefined) return '';
  return /^CN=(.+)$/m.exec(new X509Certificate(certificate).subject)?.[1] ?? '';
}

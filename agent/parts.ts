// The parts of a running agent and how they are joined.
import type { EventEmitter } from 'node:events';
import { MetricsController } from '../proto/gen/orc8r/protos/metricsd_pb.js';
import { StateService } from '../proto/gen/orc8r/protos/state_pb.js';
import type { GatewayRequest } from '../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { StreamUpdate, Welcome } from '../proto/gen/orc8r/sync/v1/frame_pb.js';
import { bootstrapTransport } from './bootstrap/cloud.ts';
import type { CertificateKeeper } from './bootstrap/keeper.ts';
import { forwardCall } from './calls/forwarded-call.ts';
import { magmadService } from './calls/magmad.ts';
import { service303 } from './calls/service303.ts';
import { SyncServer } from './calls/sync-server.ts';
import { Checkin } from './checkin/checkin.ts';
import type { Clock } from './clock.ts';
import { Configs, CONFIGS_STREAM } from './configs/configs.ts';
import { MconfigStore } from './configs/store.ts';
import { RECONNECT } from './connection/backoff.ts';
import { Connection } from './connection/connection.ts';
import type { AgentEvents } from './events.ts';
import type { Logger } from './log.ts';
import { gatewayState } from './machine/gw-state.ts';
import { Collector } from './metrics/collector.ts';
import type { Counters } from './metrics/counters.ts';
import { MetricsStore } from './metrics/store.ts';
import { Uploader } from './metrics/uploader.ts';
import type { AgentOptions } from './options.ts';
import type { Endpoint } from './proxy/listener.ts';
import { LocalServices } from './proxy/local-services.ts';
import { LocalProxy } from './proxy/proxy.ts';
import type { Paths } from './storage/paths.ts';
import { StreamStore } from './streams/store.ts';
import { SHARED_STREAMS, Streams } from './streams/streams.ts';
import { AGENT_VERSION } from './version.ts';

export interface PartsContext {
  options: AgentOptions;
  url: string;
  bootstrapUrl: string;
  paths: Paths;
  clock: Clock;
  log: Logger;
  hardwareId: string;
  /** Milliseconds since 1970. */
  startTime: number;
  keeper: CertificateKeeper;
  counters: Counters;
  events: EventEmitter<AgentEvents>;
}

const METRICS_INTERVAL_MS = 60_000;
const METRICS_TIMEOUT_MS = 30_000;
/** A difference between the clocks that is worth a warning, in milliseconds. */
const SKEW_MS = 300_000;

export class Parts {
  readonly connection: Connection;
  readonly configs: Configs;
  private readonly streams: Streams | undefined;
  private readonly context: PartsContext;
  private readonly server: SyncServer;
  private readonly services: LocalServices;
  private readonly proxy: LocalProxy | undefined;
  private readonly checkin: Checkin | undefined;
  private readonly collector: Collector | undefined;
  private readonly uploader: Uploader | undefined;

  constructor(context: PartsContext) {
    this.context = context;
    const { options, paths, counters, clock } = context;
    const store = new MetricsStore(paths.metrics);
    this.services = new LocalServices(options.services ?? new Map(), clock);
    this.connection = this.makeConnection();
    this.proxy = options.listen && this.makeProxy(options.listen);
    this.configs = this.makeConfigs();
    this.streams = options.streams === false ? undefined : this.makeStreams();
    this.collector = options.metrics === false ? undefined : new Collector(clock, counters, () => store.dropped);
    this.server = this.makeServer();
    this.checkin = options.checkin === false ? undefined : this.makeCheckin();
    this.uploader = this.collector && this.makeUploader(this.collector, store);
  }

  /** The port of the local proxy, once it listens; undefined without one. */
  get proxyPort(): number | undefined {
    return this.proxy?.ports.local;
  }

  /** Finds what an earlier run left, begins to serve local services and to measure. Rejects when the local port cannot be had. */
  async load(): Promise<void> {
    await this.configs.load();
    await this.streams?.load();
    await this.proxy?.start();
    this.proxy?.expect();
    this.configureCheckin();
    this.uploader?.start();
  }

  /** There is a new certificate: the connection is made anew with it, and local calls wait that long. */
  async renewed(): Promise<void> {
    await this.proxy?.pauseForRenewal();
    this.connection.reconnect('the certificate was renewed');
  }

  /** Ends everything that runs. */
  async stop(): Promise<void> {
    this.checkin?.disconnect();
    await this.connection.stop();
    await Promise.all([this.server.closeAll(), this.proxy?.stop(), this.configs.settled(), this.checkin?.settled(), this.uploader?.stop()]);
    this.streams?.stop();
    this.services.close();
    this.collector?.stop();
  }

  private makeConnection(): Connection {
    const { options, url, clock, log, keeper, counters, events } = this.context;
    return new Connection({
      url,
      ca: options.ca,
      clock,
      log,
      times: { ...RECONNECT, ...options.reconnect },
      credentials: () => keeper.current,
      hello: () => ({ agentVersion: AGENT_VERSION, positions: this.positions() }),
      renew: (reason) => keeper.renew(reason),
      onWelcome: (welcome) => this.welcome(welcome),
      onDown: (reason) => {
        counters.disconnects++;
        this.checkin?.disconnect();
        this.uploader?.disconnect();
        void this.server.closeAll();
        events.emit('disconnected', { reason });
      },
      onOutage: (error) => this.proxy?.down(error),
      onUpdate: (update) => this.take(update),
      onSyncRequest: (request) => this.server.handle(request),
    });
  }

  private welcome({ networkId, gatewayId, serverTime }: Welcome): void {
    const { url, clock, log, counters, events } = this.context;
    counters.connects++;
    log('info', 'connected', { network: networkId, gateway: gatewayId, controller: url });
    const skew = serverTime ? Math.abs(Number(serverTime.seconds) * 1000 - clock.now()) : 0;
    if (skew > SKEW_MS) log('warn', 'the clocks of this machine and of the cloud differ', { seconds: Math.round(skew / 1000) });
    events.emit('connected', { networkId, gatewayId });
    this.proxy?.up();
    this.checkin?.connect();
    this.uploader?.connect();
  }

  private take(update: StreamUpdate): void {
    const { stream, version } = update;
    if (stream === CONFIGS_STREAM) this.configs.take(update);
    else if (this.streams?.takes(stream)) this.streams.take(update);
    else this.connection.send({ case: 'nack', value: { stream, version, reason: 'this agent does not take this stream', path: '' } });
  }

  private positions() {
    return [{ stream: CONFIGS_STREAM, ...this.configs.position }, ...(this.streams?.positions ?? [])];
  }

  private makeStreams(): Streams {
    const { paths, log, events } = this.context;
    return new Streams({
      store: new StreamStore(paths.streams),
      path: paths.streams,
      streams: SHARED_STREAMS,
      send: (body) => void this.connection.send(body),
      onApplied: ({ stream, version, digest }) => void events.emit('stream-applied', { stream, version, digest }),
      log,
    });
  }

  private makeConfigs(): Configs {
    const { paths, log, counters, events } = this.context;
    return new Configs({
      store: new MconfigStore(paths.mconfig),
      send: (body) => void this.connection.send(body),
      log,
      onApplied: (_mconfig, position) => {
        counters.configsApplied++;
        this.configureCheckin();
        events.emit('config-applied', position);
      },
      onRefused: (reason, path, version) => {
        counters.configsRefused++;
        events.emit('config-refused', { version, reason, path });
      },
    });
  }

  private makeProxy(listen: Endpoint): LocalProxy {
    const { options, bootstrapUrl, clock, log } = this.context;
    return new LocalProxy({
      clock,
      log,
      calls: this.connection.calls,
      services: this.services,
      bootstrap: bootstrapTransport(bootstrapUrl, options.ca),
      relay: undefined,
      listen,
    });
  }

  private makeServer(): SyncServer {
    const { options, clock, log, hardwareId, startTime, counters } = this.context;
    const methods = [
      ...magmadService({
        clock,
        hardwareId: () => hardwareId,
        mconfig: () => this.configs.current,
        commands: options,
      }),
      ...service303({
        version: AGENT_VERSION,
        startTime: Math.floor(startTime / 1000),
        hardwareId,
        meta,
        metrics: async () => (await this.collector?.collect()) ?? [],
      }),
    ];
    return new SyncServer({
      services: new Map([['magmad', new Map(methods)]]),
      ...(options.services
        ? { forward: (request: GatewayRequest, signal: AbortSignal) => forwardCall(request, this.services, clock, signal) }
        : {}),
      send: (body) => this.connection.send(body),
      buffered: () => this.connection.buffered,
      clock,
      log,
      onCall: () => void counters.calls++,
    });
  }

  private makeCheckin(): Checkin {
    const { clock, log, hardwareId, counters, events } = this.context;
    return new Checkin({
      clock,
      log,
      report: async (timeoutMs) => {
        const state = await gatewayState({
          clock,
          version: AGENT_VERSION,
          mconfigCreatedAt: this.configs.current?.createdAt ?? 0,
          meta: meta(),
        });
        const value = new TextEncoder().encode(JSON.stringify(state));
        const states = [{ type: 'gw_state', deviceID: hardwareId, value }];
        const { unreportedStates } = await this.connection.calls.call(StateService.method.reportStates, { states }, timeoutMs);
        if (unreportedStates[0]) throw new Error(unreportedStates[0].error);
      },
      onResult: (result) => {
        counters.checkinStatus = result.ok ? 1 : 0;
        if (result.ok) counters.checkinMs = result.durationMs;
        else counters.checkinFailures++;
        events.emit('checked-in', result);
      },
    });
  }

  private makeUploader(collector: Collector, store: MetricsStore): Uploader {
    const { options, clock, log, hardwareId } = this.context;
    return new Uploader({
      clock,
      log,
      store,
      hardwareId,
      intervalMs: options.metricsIntervalMs ?? METRICS_INTERVAL_MS,
      collect: () => collector.collect(),
      send: async (container) => void (await this.connection.calls.call(MetricsController.method.collect, container, METRICS_TIMEOUT_MS)),
    });
  }

  private configureCheckin(): void {
    const magmad = this.configs.current?.magmad;
    if (magmad) this.checkin?.configure(magmad.checkinInterval, magmad.checkinTimeout);
  }
}

function meta(): Record<string, string> {
  return { agent_version: AGENT_VERSION, node_version: process.version };
}

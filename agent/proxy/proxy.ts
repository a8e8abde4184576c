// The agent in control_proxy's place: local services speak gRPC to it as they did to Magma's proxy.
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Transport } from '@connectrpc/connect';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { Clock } from '../clock.ts';
import type { CallTable } from '../connection/calls.ts';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import { carryBootstrap } from './bootstrap-door.ts';
import { carry } from './carry.ts';
import { forward } from './forward.ts';
import { UplinkGate } from './gate.ts';
import { authorityOf, GrpcCall, refuse, refuseNonGrpc } from './grpc-call.ts';
import type { Endpoint, ServerIdentity } from './listener.ts';
import { Listener } from './listener.ts';
import type { LocalServices } from './local-services.ts';
import { MemoryBudget } from './memory.ts';
import { route, serviceOf } from './router.ts';
import type { SyncRelay } from './sync-relay.ts';

export interface ProxyOptions {
  clock: Clock;
  log: Logger;
  calls: Pick<CallTable, 'start'>;
  services: LocalServices;
  bootstrap: Transport;
  /** magmad's stream; undefined where the agent answers the cloud's calls itself. */
  relay: SyncRelay | undefined;
  listen: Endpoint;
  /** The cloud has signed a certificate for a local service, which will write it in a moment. */
  onSigned?: () => void;
  /** Where services bootstrap over TLS, and as who; undefined without such a port. */
  bootstrapListen?: { endpoint: Endpoint; identity: ServerIdentity };
}

/** What is done with a stream; it becomes a call, with its deadline, when it is asked for as one. */
type Work = (call: () => GrpcCall) => Promise<void>;

/** All requests and answers of local clients together, in bytes. */
const MEMORY_BYTES = 128 * 1024 * 1024;
/** How long calls wait for an uplink that is expected, in milliseconds: a handshake over a slow link. */
const EXPECT_MS = 5_000;
/** How long a new certificate waits for the calls that are under way, in milliseconds. */
const DRAIN_MS = 2_000;

export class LocalProxy {
  readonly gate: UplinkGate;
  /** The ports, once it listens. */
  ports: { local: number; bootstrap: number | undefined } = { local: 0, bootstrap: undefined };
  private readonly options: ProxyOptions;
  private readonly budget = new MemoryBudget(MEMORY_BYTES);
  private readonly listener: Listener;
  private readonly bootstrapListener: Listener | undefined;

  constructor(options: ProxyOptions) {
    this.options = options;
    this.gate = new UplinkGate(options.clock);
    this.listener = new Listener((stream, headers) => this.take(stream, headers));
    const tls = options.bootstrapListen;
    this.bootstrapListener = tls && new Listener((stream, headers) => this.takeBootstrap(stream, headers), tls.identity);
  }

  /** Bytes of local clients that are held now. */
  get held(): number {
    return this.budget.held;
  }

  /** Starts to listen. Rejects with one clear line when a port cannot be had. */
  async start(): Promise<void> {
    const { listen, bootstrapListen, log } = this.options;
    const local = await this.listener.listen(listen, 'the local proxy');
    const bootstrap = bootstrapListen && (await this.bootstrapListener?.listen(bootstrapListen.endpoint, 'the local bootstrap door'));
    this.ports = { local, bootstrap };
    log('info', 'local services are served', { address: `${listen.host}:${local}`, ...(bootstrap ? { bootstrap_port: bootstrap } : {}) });
  }

  async stop(): Promise<void> {
    this.gate.end();
    this.options.relay?.detach();
    await Promise.all([this.listener.close(), this.bootstrapListener?.close()]);
  }

  /** The uplink is there. */
  up(): void {
    this.gate.open();
  }

  /** The uplink is lost or refused. */
  down(error: GrpcError): void {
    this.gate.close(error);
    this.options.relay?.uplinkLost();
  }

  /** The uplink will be there in a moment. */
  expect(): void {
    this.gate.expect(EXPECT_MS);
  }

  /** The uplink is about to be made anew: resolves when no call is on it, or it is not worth waiting longer. Calls wait until it is back. */
  async pauseForRenewal(): Promise<void> {
    await this.gate.drain(DRAIN_MS);
    this.expect();
  }

  /** A new certificate for the bootstrap port. */
  renew(identity: ServerIdentity): void {
    this.bootstrapListener?.renew(identity);
  }

  private take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    this.serve(stream, headers, this.workFor(stream, headers));
  }

  private takeBootstrap(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    this.serve(stream, headers, this.bootstrapping());
  }

  private workFor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Work {
    const { relay, calls, services } = this.options;
    const destination = route(authorityOf(headers), String(headers[':path'] ?? ''));
    switch (destination.to) {
      case 'local':
        // The two services settle everything else between them.
        return () => forward(stream, headers, destination.service, services);
      case 'sync-rpc':
        return async (call) => {
          if (!relay)
            throw new GrpcError(GrpcStatus.UNIMPLEMENTED, 'this agent answers the calls of the cloud itself: start it with --carry');
          await relay.serve(call());
        };
      case 'bootstrap':
        return this.bootstrapping();
      case 'cloud':
        return (call) => carry(call(), { calls, gate: this.gate });
    }
  }

  private bootstrapping(): Work {
    const { bootstrap, onSigned = () => undefined } = this.options;
    return (call) => carryBootstrap(call(), { transport: bootstrap, onSigned });
  }

  /** Runs `work`; whatever it throws becomes the status of the call, and a bug in it the fault of that call alone. */
  private serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, work: Work): void {
    if (refuseNonGrpc(stream, headers)) return;
    const { clock, log } = this.options;
    let call: GrpcCall | undefined;
    const asCall = () => (call ??= new GrpcCall(stream, headers, clock, this.budget));
    // A deadline that cannot be read fails the call as well.
    const run = async (): Promise<void> => work(asCall);
    run().catch((error: unknown) => {
      log('debug', 'a local call failed', {
        service: serviceOf(authorityOf(headers)),
        path: String(headers[':path']),
        reason: reasonOf(error),
      });
      if (call) call.fail(error);
      else if (!stream.headersSent) refuse(stream, error);
    });
  }
}

// Keeps one connection to the controller: hello, keep-alive, calls, and again after each end (docs/protocol.md).
import type { BodiedFrame, FrameBody } from '../../core/wire/frame.ts';
import { encodeFrame } from '../../core/wire/frame.ts';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { CloseCode, KEEPALIVE_RESPONSE } from '../../core/wire/limits.ts';
import type { SyncRPCRequest } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { StreamUpdate, Welcome } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { Credentials } from '../bootstrap/credentials.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../clock.ts';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import type { ReconnectTimes } from './backoff.ts';
import { backoffDelay } from './backoff.ts';
import { CallTable } from './calls.ts';
import { KeepAlive } from './keepalive.ts';
import type { End, Verdict } from './outcome.ts';
import { judge } from './outcome.ts';
import type { GatewaySocket } from './socket.ts';
import { openSocket } from './socket.ts';

export type HelloBody = Extract<FrameBody, { case: 'hello' }>['value'];

export interface ConnectionOptions {
  url: string;
  ca: string | undefined;
  clock: Clock;
  log: Logger;
  times: ReconnectTimes;
  /** Asked anew for each attempt. */
  credentials: () => Credentials;
  hello: () => HelloBody;
  /** The cloud refuses the certificate: resolves when there is a new one. */
  renew: (reason: string) => Promise<void>;
  onWelcome: (welcome: Welcome) => void;
  /** Only after a welcome. */
  onDown: (reason: string) => void;
  /** After each end of a connection, and each attempt that failed: how calls are refused from now on. */
  onOutage?: (error: GrpcError) => void;
  onUpdate: (update: StreamUpdate) => void;
  onSyncRequest: (request: SyncRPCRequest) => void;
}

/** From the first packet to the welcome, in milliseconds. */
const WELCOME_TIMEOUT_MS = 20_000;
/** How long a closing handshake may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

export class Connection {
  readonly calls: CallTable;
  private readonly options: ConnectionOptions;
  private readonly stopping = new AbortController();
  private socket: GatewaySocket | undefined;
  private welcomed = false;
  private reopenAtOnce = false;
  /** Cuts the wait before the next attempt short. */
  private wake = new AbortController();
  private running: Promise<void> | undefined;
  private outage = new GrpcError(GrpcStatus.UNAVAILABLE, 'there is no connection to the cloud');

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.calls = new CallTable(
      options.clock,
      (body) => this.send(body),
      () => this.outage,
    );
  }

  get connected(): boolean {
    return this.welcomed;
  }

  /** Bytes that wait to be sent. */
  get buffered(): number {
    return this.socket?.buffered ?? 0;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends for good; resolves when the socket is gone. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.closeSoon('the agent stops');
    await this.running;
  }

  /** One reconnect without waiting, so that new credentials are used; also when it waits before an attempt already. */
  reconnect(reason: string): void {
    if (!this.running) return;
    this.reopenAtOnce = true;
    this.wake.abort();
    this.closeSoon(reason);
  }

  /** False when there is no welcomed connection. Throws FrameError when the frame is too large. */
  send(body: FrameBody): boolean {
    if (!this.welcomed || !this.socket) return false;
    return this.socket.send(encodeFrame(body));
  }

  private async run(): Promise<void> {
    const { clock, log, times } = this.options;
    const { signal } = this.stopping;
    // A new certificate is not made to wait for what went wrong before it; that the cloud refuses one after the other counts by itself.
    let [failures, refusals] = [0, 0];
    while (!signal.aborted) {
      const opened = clock.now();
      const end = await this.untilEnd().catch((error: unknown): End => {
        const failed: End = { kind: 'failed', reason: reasonOf(error), tlsAlert: false };
        this.down(judge(failed, times));
        return failed;
      });
      if (signal.aborted) break;
      if (this.reopenAtOnce) {
        this.reopenAtOnce = false;
        continue;
      }
      const verdict = judge(end, times);
      if (clock.now() - opened >= times.goodAfterMs) [failures, refusals] = [0, 0];
      if (verdict.bootstrap) {
        log('warn', 'the cloud refuses the certificate', { reason: verdict.reason });
        await this.options.renew(verdict.reason);
        if (signal.aborted) break;
        if (this.reopenAtOnce) {
          this.reopenAtOnce = false;
          continue;
        }
        failures = refusals++;
      }
      const delay = verdict.leastMs + backoffDelay(failures++, clock.random(), times);
      if (verdict.bootstrap) log('info', 'connecting again', { in_ms: Math.round(delay) });
      else log(verdict.bug ? 'error' : 'warn', 'not connected', { reason: verdict.reason, retry_in_ms: Math.round(delay) });
      this.wake = new AbortController();
      await pause(clock, delay, AbortSignal.any([signal, this.wake.signal]));
      this.reopenAtOnce = false;
    }
  }

  private untilEnd(): Promise<End> {
    const { options } = this;
    const { clock } = options;
    return new Promise((resolve) => {
      let keepAlive: KeepAlive | undefined;
      const { certificate, key } = options.credentials();
      const welcomeDue = clock.after(WELCOME_TIMEOUT_MS, () => socket.terminate('the cloud sent no welcome in time'));
      const socket = openSocket({
        url: options.url,
        ca: options.ca,
        certificate,
        key,
        onOpen: () => {
          socket.send(encodeFrame({ case: 'hello', value: options.hello() }));
          keepAlive = new KeepAlive(
            clock,
            (text) => void socket.send(text),
            () => socket.terminate('no pong from the cloud in time'),
          );
        },
        onText: (text) => {
          if (text === KEEPALIVE_RESPONSE) keepAlive?.pong();
          else socket.close(CloseCode.unexpectedText, 'a text message other than pong');
        },
        onFrame: (frame) => {
          if (frame.body.case === 'welcome') {
            welcomeDue.cancel();
            keepAlive?.setInterval(frame.body.value.keepaliveSeconds);
          }
          this.take(frame, socket);
        },
        onEnd: (end) => {
          welcomeDue.cancel();
          keepAlive?.stop();
          this.down(judge(end, options.times));
          resolve(end);
        },
      });
      this.socket = socket;
    });
  }

  private down({ code, reason }: Verdict): void {
    const wasUp = this.welcomed;
    this.welcomed = false;
    this.socket = undefined;
    this.outage = new GrpcError(code, `there is no connection to the cloud: ${reason}`);
    this.calls.fail(`the connection was lost: ${reason}`);
    if (wasUp) this.options.onDown(reason);
    this.options.onOutage?.(this.outage);
  }

  private take({ body }: BodiedFrame, socket: GatewaySocket): void {
    if (this.welcomed === (body.case === 'welcome')) {
      socket.close(CloseCode.badFrame, `${body.case} out of order`);
      return;
    }
    try {
      switch (body.case) {
        case 'welcome':
          this.welcomed = true;
          this.options.onWelcome(body.value);
          break;
        case 'update':
          this.options.onUpdate(body.value);
          break;
        case 'reply':
          this.calls.reply(body.value);
          break;
        case 'syncRequest':
          this.options.onSyncRequest(body.value);
          break;
        default:
          socket.close(CloseCode.badFrame, `${body.case} is not for a gateway`);
      }
    } catch (error) {
      // A handler's fault must not end the process; the next frame gets its chance.
      this.options.log('error', 'a frame could not be handled', { frame: body.case, reason: reasonOf(error) });
    }
  }

  private closeSoon(reason: string): void {
    const { socket } = this;
    if (!socket) return;
    socket.close(1000, reason);
    const timer = this.options.clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate(reason));
    void this.running?.then(() => timer.cancel());
  }
}

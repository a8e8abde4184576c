// The services of this machine, as service_registry.yml names them, and the HTTP/2 sessions to them.
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { connect } from 'node:http2';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../log.ts';

export interface ServiceAddress {
  host: string;
  port: number;
}

const CONNECT_TIMEOUT_MS = 5_000;

export class LocalServices {
  private readonly addresses: ReadonlyMap<string, ServiceAddress>;
  private readonly clock: Clock;
  private readonly sessions = new Map<string, Promise<ClientHttp2Session>>();

  constructor(addresses: ReadonlyMap<string, ServiceAddress>, clock: Clock) {
    this.addresses = addresses;
    this.clock = clock;
  }

  /**
   * A stream to a service with these headers; its end is the caller's business. Rejects with GrpcError: UNIMPLEMENTED when no
   * such service is registered, UNAVAILABLE when it cannot be reached.
   */
  async open(service: string, headers: OutgoingHttpHeaders): Promise<ClientHttp2Stream> {
    const address = this.addresses.get(service);
    if (!address)
      throw new GrpcError(GrpcStatus.UNIMPLEMENTED, `service_registry.yml has no service ${JSON.stringify(service.slice(0, 80))}`);
    const session = await this.session(service, address);
    try {
      const stream = session.request(headers);
      stream.on('error', () => undefined);
      return stream;
    } catch (error) {
      throw new GrpcError(GrpcStatus.UNAVAILABLE, `${service} cannot be called: ${reasonOf(error)}`);
    }
  }

  close(): void {
    for (const session of this.sessions.values()) void session.then((open) => open.destroy()).catch(() => undefined);
    this.sessions.clear();
  }

  private session(service: string, { host, port }: ServiceAddress): Promise<ClientHttp2Session> {
    const known = this.sessions.get(service);
    if (known) return known;
    const made = new Promise<ClientHttp2Session>((resolve, reject) => {
      const session = connect(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
      const timer = this.clock.after(CONNECT_TIMEOUT_MS, () => session.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)));
      const forget = () => {
        timer.cancel();
        if (this.sessions.get(service) === made) this.sessions.delete(service);
      };
      session.on('connect', () => {
        timer.cancel();
        resolve(session);
      });
      session.on('error', (error) => {
        forget();
        reject(new GrpcError(GrpcStatus.UNAVAILABLE, `${service} at ${host}:${port} is not reachable: ${reasonOf(error)}`));
      });
      // The service takes no new streams, or is gone: the next call makes a new session.
      session.on('goaway', forget);
      session.on('close', () => {
        forget();
        reject(new GrpcError(GrpcStatus.UNAVAILABLE, `${service} at ${host}:${port} closed the connection`));
      });
    });
    this.sessions.set(service, made);
    return made;
  }
}

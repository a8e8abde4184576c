// A port that speaks gRPC: plaintext HTTP/2 with prior knowledge for local services, or TLS for those who bootstrap.
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream, Settings } from 'node:http2';
import { createSecureServer, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { reasonOf } from '../log.ts';

/** A host and a port to listen on; port 0 for any that is free. */
export interface Endpoint {
  host: string;
  port: number;
}

export interface ServerIdentity {
  /** PEM. */
  certificate: string;
  /** PEM; a secret. */
  key: string;
}

type Handle = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const SETTINGS: Settings = { maxConcurrentStreams: 1000, maxHeaderListSize: 32 * 1024, enablePush: false };
/** Megabytes that a session may hold before it takes no new streams. */
const SESSION_MEMORY_MB = 64;
const MAX_CONNECTIONS = 1024;

export class Listener {
  private readonly server: Http2Server | Http2SecureServer;
  private readonly sessions = new Set<ServerHttp2Session>();

  /** With an `identity` the port speaks TLS. `handle` is called for each stream and must not throw. */
  constructor(handle: Handle, identity?: ServerIdentity) {
    const common = { settings: SETTINGS, maxSessionMemory: SESSION_MEMORY_MB };
    this.server = identity
      ? createSecureServer({ ...common, cert: identity.certificate, key: identity.key, allowHTTP1: false, minVersion: 'TLSv1.2' })
      : createServer(common);
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.on('session', (session: ServerHttp2Session) => {
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session));
      // A peer that breaks the protocol loses its session, nobody else theirs.
      session.on('error', () => undefined);
    });
    this.server.on('sessionError', () => undefined);
    this.server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      // Also for streams that are refused before anybody else listens.
      stream.on('error', () => undefined);
      handle(stream, headers);
    });
  }

  /** Starts to listen; gives the port. Rejects with one clear line when it cannot. */
  listen({ host, port }: Endpoint, what: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(new Error(`${what} cannot listen on ${host}:${port}: ${reasonOf(error)}`));
      this.server.once('error', failed);
      this.server.listen({ host, port }, () => {
        this.server.off('error', failed);
        this.server.on('error', () => undefined);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** A new certificate for connections from now on; only for a port that speaks TLS. */
  renew({ certificate, key }: ServerIdentity): void {
    if ('setSecureContext' in this.server) this.server.setSecureContext({ cert: certificate, key });
  }

  /** Ends every connection; resolves when the port is free. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.server.close(() => resolve()));
    for (const session of this.sessions) session.destroy();
    await closed;
  }
}

import { X509Certificate, constants } from 'node:crypto';
import { Agent, type IncomingMessage } from 'node:http';
import { type Server, createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type KeyPair, splitBundle } from '../certificates.ts';
import { type LogSink, silent } from '../log.ts';
import { StartError, errorCode, errorText } from '../start-error.ts';
import type { Headroom } from '../headroom.ts';
import { type Admit, type PacingOptions, paceAccepts } from './accept-pacing.ts';
import { type DoorName, encodeBlob } from './cf-blob.ts';
import { type Presented, nothingPresented, presentedOn } from './client-certificate.ts';
import { paceDepartures } from './departures.ts';
import { type ProxyOptions, proxyRequest, refuseUnread } from './proxy.ts';
import { refusals, refuseSocket } from './refusals.ts';
import { MAX_HEADERS } from './unfit.ts';
import { proxyUpgrade } from './upgrade.ts';

export interface FrontOptions {
  host: string;
  /** 0 asks for any free port. */
  ports: Record<DoorName, number>;
  server: KeyPair;
  /** Certificates (PEM, one after the other) of the authorities that may have signed client certificates. */
  certifier: string;
  /** Proves to the Worker that a request came through here. */
  secret: string;
  upstream: () => URL | undefined;
  /** Bytes of a body; unless given, somewhat more than what any route of the door takes. */
  maxBody?: number;
  /** Milliseconds that a handshake may take; 10 s unless given. */
  handshakeTimeout?: number;
  /** Milliseconds until a request's header must be complete; 10 s unless given. */
  headersTimeout?: number;
  /** Milliseconds for which the client of a WebSocket may take nothing before it is cut off; 60 s unless given. */
  stall?: number;
  pacing?: PacingOptions;
  /** What the runtime can take on; nothing is held without it. */
  headroom?: Pick<Headroom, 'connection' | 'wakes'>;
  log?: LogSink;
  now?: () => Date;
}

/** The TLS front: three HTTPS servers that end mTLS and tell the Worker who is calling. */
export interface Front {
  ports: Record<DoorName, number>;
  /** Takes no more connections, gives running requests a moment, then cuts what is left. */
  close(): Promise<void>;
}

const DOORS: readonly DoorName[] = ['api', 'controller', 'bootstrap'];
/** Bytes of a request's first line and headers: twice what the headers may have, so that it can be told which of them is too long. */
const MAX_HEAD = 2 * MAX_HEADERS;
/** Bytes. What goes beyond is refused here, at once: the Worker would read all of it to refuse it, and break off when that takes too long. */
const MAX_BODY: Record<DoorName, number> = { api: 17_000_000, controller: 50_000_000, bootstrap: 50_000_000 };
const PACING: PacingOptions = { rate: 150, burst: 100 };
/** How long a request that is being answered may go on after the stop was asked for. */
const GRACE = 1500;

/**
 * Opens the doors: at `api` and `controller` a client may present a certificate, at `bootstrap` none is asked for. Who comes with what is
 * the Worker's to judge, so that a refusal reads the same here and on Cloudflare, and stands in the audit log.
 * @throws StartError when a port is taken or the host is not one of this machine
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const shared: Omit<ProxyOptions, 'maxBody'> = {
    upstream: options.upstream,
    // Shorter than workerd's five seconds, so that a connection it is about to close is not used again.
    agent: new Agent({ keepAlive: true, timeout: 3000, scheduling: 'lifo' }),
  };
  const sockets = new Set<Socket>();
  const upgraded = new WeakSet<Socket>();
  const { headroom } = options;
  const gateways: Gateways = {
    admit: () => (headroom ? headroom.connection() : () => {}),
    admitted: new Map(),
    depart: paceDepartures((wanted) => (headroom ? headroom.wakes(wanted) : wanted)),
  };
  const servers: Server[] = [];
  const ports: Record<DoorName, number> = { api: 0, controller: 0, bootstrap: 0 };
  const close = async (): Promise<void> => {
    const ended = servers.map((server) => new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(undefined))));
    for (const server of servers) server.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, GRACE);
    for (const socket of sockets) if (upgraded.has(socket)) socket.destroy();
    await Promise.all(ended);
    clearTimeout(cut);
    shared.agent.destroy();
  };
  try {
    for (const door of DOORS) {
      const server = openDoor(door, options, { ...shared, maxBody: options.maxBody ?? MAX_BODY[door] }, upgraded, gateways);
      if (door === 'controller') pace(server, options.pacing ?? PACING, gateways);
      track(server, sockets);
      await listen(server, door, options.host, options.ports[door], options.log ?? silent);
      servers.push(server);
      ports[door] = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, close };
}

/** How gateways come and go. */
interface Gateways {
  admit: Admit;
  /** By the client's address and port, what to call when its connection has reached the runtime. */
  admitted: Map<string, () => void>;
  depart: (leave: () => void) => void;
}

function openDoor(door: DoorName, options: FrontOptions, proxy: ProxyOptions, upgraded: WeakSet<Socket>, gateways: Gateways): Server {
  const certifiers = splitBundle(options.certifier).map((pem) => new X509Certificate(pem));
  const now = options.now ?? (() => new Date());
  const server = createServer({
    cert: options.server.certificate,
    key: options.server.key,
    ...(door === 'bootstrap' ? {} : { ca: options.certifier, requestCert: true, rejectUnauthorized: false }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    // A resumed session would carry the judgement of an earlier handshake.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: options.handshakeTimeout ?? 10_000,
    maxHeaderSize: MAX_HEAD,
    // Refused here, with the envelope.
    requireHostHeader: false,
    headersTimeout: options.headersTimeout ?? 10_000,
    requestTimeout: 300_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 500,
    pauseOnConnect: door === 'controller',
    noDelay: true,
  });
  /** What came out of the handshake; sockets whose handshake is not over are not in it. */
  const seen = new WeakMap<Duplex, Presented | undefined>();
  server.on('secureConnection', (socket) => {
    socket.disableRenegotiation();
    seen.set(socket, door === 'bootstrap' ? undefined : presentedOn(socket, certifiers));
  });
  const frontHeaders = (request: IncomingMessage): string[] => {
    const socket = request.socket as TLSSocket;
    const clientIp = socket.remoteAddress ?? '';
    const blob = encodeBlob({
      clientIp,
      tlsVersion: socket.getProtocol() ?? '',
      tlsCipher: socket.getCipher().standardName,
      tlsClientAuth: seen.get(socket)?.auth(now()) ?? nothingPresented(),
      orc8rFront: { secret: options.secret, door },
    });
    return ['CF-Connecting-IP', clientIp, 'MF-CF-Blob', blob];
  };
  server.on('request', (request, response) => {
    gateways.admitted.get(peerOf(request.socket))?.();
    proxyRequest(request, response, frontHeaders(request), proxy);
  });
  server.on('checkExpectation', (request, response) => refuseUnread(request, response, refusals.expectation));
  server.on('connect', (_request, socket) => refuseSocket(socket, refusals.noTunnel));
  server.on('upgrade', (request, socket, head) => {
    const client = socket as TLSSocket;
    upgraded.add(client);
    proxyUpgrade(request, client, head, frontHeaders(request), {
      upstream: options.upstream(),
      stall: options.stall,
      joined: () => gateways.admitted.get(peerOf(client))?.(),
      depart: gateways.depart,
    });
  });
  server.on('clientError', (error, socket: Duplex) => {
    // A handshake that broke off: nobody is there who could read HTTP.
    if (!seen.has(socket)) {
      socket.destroy();
      return;
    }
    const code = errorCode(error);
    if (code === 'ECONNRESET') socket.destroy();
    else if (code === 'HPE_HEADER_OVERFLOW') refuseSocket(socket, refusals.headerTooLarge);
    else refuseSocket(socket, code === 'ERR_HTTP_REQUEST_TIMEOUT' ? refusals.tooSlow : refusals.malformed);
  });
  return server;
}

/** Puts a queue between the accepted connection and its handshake. The socket is paused until its turn (`pauseOnConnect`). */
function pace(server: Server, options: PacingOptions, { admit, admitted }: Gateways): void {
  const enter = paceAccepts(options, admit);
  const handshake = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    enter(
      (settled) => {
        if (socket.destroyed) {
          settled();
          return;
        }
        const peer = peerOf(socket);
        const over = (): void => {
          settled();
          if (admitted.get(peer) === over) admitted.delete(peer);
        };
        admitted.set(peer, over);
        socket.once('close', over);
        for (const listener of handshake) listener.call(server, socket);
        socket.resume();
      },
      () => socket.destroy(),
    );
  });
}

/** Names the client's end of a connection, alike for TCP and for the TLS on it. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function track(server: Server, sockets: Set<Socket>): void {
  for (const event of ['connection', 'secureConnection'] as const) {
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  }
}

async function listen(server: Server, door: DoorName, host: string, port: number, log: LogSink): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, door, host, port)));
    server.listen({ host, port, backlog: 4096 }, () => resolve());
  });
  server.removeAllListeners('error');
  // For instance EMFILE at accept: that connection is lost, the door stays open.
  server.on('error', (error) => log({ level: 'error', source: 'platform', message: `the ${door} door: ${error.message}` }));
}

function cannotListen(error: Error, door: DoorName, host: string, port: number): StartError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new StartError(
      `Port ${port} on ${host} is taken by another program. Stop that one or choose another port with --${door}-port.`,
      error,
    );
  if (code === 'EACCES')
    return new StartError(`Port ${port} may not be opened by this user. Choose one above 1023 with --${door}-port.`, error);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new StartError(`The host ${host} is not an address of this machine. Choose another with --host.`, error);
  return new StartError(`The ${door} door cannot be opened on ${host}:${port}: ${errorText(error)}.`, error);
}

// A small controller and bootstrap door for tests: real TLS, real WebSockets, on free ports of this machine.
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { BodiedFrame, FrameBody } from '../../core/wire/frame.ts';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { SUBPROTOCOL } from '../../core/wire/limits.ts';
import type { Authority } from './authority.ts';
import { makeAuthority } from './authority.ts';
import { until } from './manual-clock.ts';

type Case = BodiedFrame['body']['case'];
type ValueOf<C extends Case> = Extract<BodiedFrame['body'], { case: C }>['value'];

/** One accepted connection, as the cloud sees it. */
export class Peer {
  readonly socket: WebSocket;
  /** CN of the client's certificate. */
  readonly commonName: string;
  readonly serial: string;
  readonly frames: BodiedFrame['body'][] = [];
  readonly texts: string[] = [];
  /** Close code, once closed. */
  closed: number | undefined;
  answersPings = true;

  constructor(socket: WebSocket, tls: TLSSocket) {
    this.socket = socket;
    const certificate = tls.getPeerCertificate();
    this.commonName = String(certificate.subject.CN);
    this.serial = certificate.serialNumber;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return void this.frames.push(decodeFrame(data).body);
      this.texts.push(data.toString());
      if (this.answersPings && data.toString() === 'ping') socket.send('pong');
    });
    socket.on('close', (code) => {
      this.closed = code;
    });
  }

  send(body: FrameBody): void {
    this.socket.send(encodeFrame(body));
  }

  welcome(keepaliveSeconds = 30): void {
    this.send({ case: 'welcome', value: { networkId: 'net1', gatewayId: 'gw1', keepaliveSeconds } });
  }

  all<C extends Case>(wanted: C): ValueOf<C>[] {
    return this.frames.flatMap((body) => (body.case === wanted ? [body.value as ValueOf<C>] : []));
  }

  /** The `count`-th frame of a kind, as soon as it is there. */
  async next<C extends Case>(wanted: C, count = 1): Promise<ValueOf<C>> {
    await until(() => this.all(wanted).length >= count, `${wanted} frame ${count}`);
    const found = this.all(wanted)[count - 1];
    if (found === undefined) throw new Error(`no ${wanted} frame`);
    return found;
  }

  async end(): Promise<number> {
    await until(() => this.closed !== undefined, 'the end of the connection');
    return this.closed ?? 0;
  }
}

export interface TestCloud {
  authority: Authority;
  controller: string;
  bootstrap: string;
  peers: Peer[];
  /** When set, upgrades are answered with this instead. */
  refusal: { status: number; body: string; headers?: Record<string, string> } | undefined;
  /** How many upgrades were refused. */
  refused: number;
  /** Called for each new connection; by default it is welcomed after its hello. */
  onPeer: (peer: Peer) => void;
  /** The `count`-th connection, as soon as it is there. */
  peer(count: number): Promise<Peer>;
  close(): Promise<void>;
}

export async function startTestCloud(routes: (router: ConnectRouter) => void = () => undefined): Promise<TestCloud> {
  const authority = await makeAuthority();
  const server = await authority.issue('localhost', { hosts: ['localhost', '127.0.0.1'] });
  const tls = { cert: server.certificate, key: server.key };
  const controller = createServer({ ...tls, ca: authority.ca, requestCert: true, rejectUnauthorized: true });
  const bootstrap = createServer(tls, connectNodeAdapter({ routes }));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL });
  const cloud: TestCloud = {
    authority,
    controller: '',
    bootstrap: '',
    peers: [],
    refusal: undefined,
    refused: 0,
    onPeer: (peer) =>
      void peer.next('hello').then(
        () => peer.welcome(),
        () => undefined,
      ),
    peer: async (count) => {
      await until(() => cloud.peers.length >= count, `connection ${count}`);
      return cloud.peers[count - 1] as Peer;
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await Promise.all(
        [controller, bootstrap].map(
          (one) =>
            new Promise((resolve) => {
              one.close(resolve);
              one.closeAllConnections();
            }),
        ),
      );
    },
  };
  controller.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (cloud.refusal) {
      const { status, body, headers = {} } = cloud.refusal;
      cloud.refused++;
      const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      return socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const peer = new Peer(accepted, request.socket as TLSSocket);
      cloud.peers.push(peer);
      cloud.onPeer(peer);
    });
  });
  cloud.controller = `localhost:${await listen(controller)}`;
  cloud.bootstrap = `localhost:${await listen(bootstrap)}`;
  return cloud;
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

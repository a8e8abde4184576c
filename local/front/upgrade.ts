import { type IncomingMessage, request as send } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { errorCode } from '../start-error.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { refusals, refuseSocket } from './refusals.ts';
import { hostOf, unfit } from './unfit.ts';

/** Seconds of silence after which the kernel asks whether the other end is still there. */
const KEEP_ALIVE = 60_000;

/** A client that takes nothing for so long, in milliseconds, is gone or stuck: what waits for it fills the runtime's memory. */
const STALL = 60_000;

export interface UpgradeOptions {
  /** Where the Worker listens; undefined while the runtime is away. */
  upstream: URL | undefined;
  /** Milliseconds for which the client may take nothing; 60 s unless given. */
  stall?: number | undefined;
  /** Called when the Worker has agreed. */
  joined: () => void;
  /** Runs `leave`, which has the Worker see that the client has gone, when there is room for that. */
  depart: (leave: () => void) => void;
}

/** Hands a WebSocket handshake to the Worker; once it agrees, bytes pass untouched both ways. A refusal is relayed with its body. */
export function proxyUpgrade(
  request: IncomingMessage,
  client: TLSSocket,
  head: Buffer,
  added: readonly string[],
  { upstream, stall = STALL, joined, depart }: UpgradeOptions,
): void {
  client.on('error', () => client.destroy());
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    refuseSocket(client, refusals.onlyWebSocket);
    return;
  }
  const fault = unfit(request);
  if (fault) {
    refuseSocket(client, fault);
    return;
  }
  if (!upstream) {
    refuseSocket(client, refusals.runtimeAway);
    return;
  }
  const outgoing = send({
    host: upstream.hostname,
    port: upstream.port,
    method: request.method,
    path: request.url,
    headers: [
      ...hostOf(request.rawHeaders),
      ...requestHeaders(request.rawHeaders),
      ...added,
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
    ],
    agent: false,
  });
  const giveUp = (): void => void outgoing.destroy();
  client.once('close', giveUp);
  outgoing.on('upgrade', (answer, server, serverHead) => {
    client.write(
      `HTTP/1.1 101 Switching Protocols\r\n${lines([...responseHeaders(answer.rawHeaders), 'Connection', 'Upgrade', 'Upgrade', 'websocket'])}\r\n`,
    );
    client.removeListener('close', giveUp);
    join(client, server, head, serverHead, depart);
    joined();
    endStalled(client, server, stall);
  });
  outgoing.on('response', (answer) => {
    client.write(
      `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines([...responseHeaders(answer.rawHeaders), 'Connection', 'close'])}\r\n`,
    );
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  });
  outgoing.on('error', (error) => refuseSocket(client, errorCode(error) === 'ECONNREFUSED' ? refusals.runtimeAway : refusals.runtimeLost));
  outgoing.end();
}

function join(client: TLSSocket, server: Duplex, clientHead: Buffer, serverHead: Buffer, depart: UpgradeOptions['depart']): void {
  client.setTimeout(0);
  client.setNoDelay(true);
  client.setKeepAlive(true, KEEP_ALIVE);
  if ('setNoDelay' in server && typeof server.setNoDelay === 'function') server.setNoDelay(true);
  if (serverHead.length > 0) client.write(serverHead);
  if (clientHead.length > 0) server.write(clientHead);
  server.on('error', () => client.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => depart(() => server.destroy()));
  // Its end is handed on by `depart`.
  client.pipe(server, { end: false });
  server.pipe(client);
}

/** Ends a connection whose client takes nothing any more. The pipe pauses the server's side then, until what waits has gone. */
function endStalled(client: TLSSocket, server: Duplex, after: number): void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  server.on('pause', () => {
    stop();
    timer = setTimeout(() => client.destroy(), after);
  });
  client.on('drain', stop);
  client.once('close', stop);
}

function lines(raw: readonly string[]): string {
  let text = '';
  for (let index = 0; index + 1 < raw.length; index += 2) text += `${raw[index]}: ${raw[index + 1]}\r\n`;
  return text;
}

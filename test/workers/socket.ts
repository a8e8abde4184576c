import { type BodiedFrame, decodeFrame, encodeFrame, type FrameBody } from '../../core/wire/frame.ts';
import { SUBPROTOCOL } from '../../core/wire/limits.ts';
import { CLIENT_HEADER, type GatewayClient } from '../../durable-objects/ports.ts';
import { gateway } from './environment.ts';

type Kind = BodiedFrame['body']['case'];
type Of<K extends Kind> = Extract<BodiedFrame['body'], { case: K }>['value'];

/** The gateway's end of a socket: what came, in order, and how it was closed. */
export class TestSocket {
  readonly received: BodiedFrame['body'][] = [];
  readonly texts: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #obedient = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') this.texts.push(data);
      else this.#take(decodeFrame(data as ArrayBuffer).body);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed ??= { code, reason };
    });
    socket.accept();
  }

  /** Sends a frame, or whatever bytes or text are given. */
  send(frame: FrameBody | Uint8Array | string): void {
    if (typeof frame === 'string') this.#socket.send(frame);
    else this.#socket.send(frame instanceof Uint8Array ? frame : encodeFrame(frame));
  }

  /** Acknowledges every update, also those that came before. */
  obey(): this {
    this.#obedient = true;
    for (const update of this.all('update')) this.#acknowledge(update);
    return this;
  }

  #take(body: BodiedFrame['body']): void {
    this.received.push(body);
    if (this.#obedient && body.case === 'update') this.#acknowledge(body.value);
  }

  #acknowledge({ stream, version, digest, resume }: Of<'update'>): void {
    this.send({ case: 'ack', value: { stream, version, digest, resume } });
  }

  close(code = 1000): void {
    this.#socket.close(code, '');
  }

  /** All frames of a kind so far. */
  all<K extends Kind>(kind: K): Of<K>[] {
    return this.received.filter((body) => body.case === kind).map((body) => body.value as Of<K>);
  }

  /** The frame of a kind with that index, once it has come. */
  async nth<K extends Kind>(kind: K, index = 0): Promise<Of<K>> {
    const [found] = await until(() => (this.all(kind).length > index ? this.all(kind).slice(index) : undefined));
    if (!found) throw new Error(`no ${kind} numbered ${index}`);
    return found;
  }

  async ended(): Promise<{ code: number; reason: string }> {
    return until(() => this.closed);
  }

  /** Says hello and waits for the welcome. */
  async hello(positions: readonly { stream: string; digest?: string; version?: bigint }[] = []): Promise<Of<'welcome'>> {
    this.send({ case: 'hello', value: { agentVersion: 'test', positions: [...positions] } });
    return this.nth('welcome');
  }
}

// Held on to, so that waiting works while a test fakes timers.
const realTimeout = setTimeout;

/** Waits until `ask` answers something. Fails after five seconds. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => realTimeout(resolve, 5));
  }
  throw new Error(`it did not come about: ${ask}`);
}

export const client = (hardwareId: string, networkId: string, gatewayId: string, more: Partial<GatewayClient> = {}): GatewayClient => ({
  hardwareId,
  networkId,
  gatewayId,
  certificateSerial: 'A1',
  certificateExpiresAt: Date.now() + 3_600_000,
  ...more,
});

/** Opens a gateway's socket as the sync door does after it has let it in. */
export async function connect(who: GatewayClient): Promise<TestSocket> {
  const headers = { upgrade: 'websocket', [CLIENT_HEADER]: JSON.stringify(who) };
  const response = await gateway(who.hardwareId).port.fetch(new Request('https://gateway/socket', { headers }));
  if (!response.webSocket || response.headers.get('sec-websocket-protocol') !== SUBPROTOCOL)
    throw new Error(`not accepted: ${response.status}`);
  return new TestSocket(response.webSocket);
}

import { WebSocket } from 'ws';
import { type BodiedFrame, decodeFrame, encodeFrame, type FrameBody } from '../../core/wire/frame.ts';
import { type Answer, type Caller, openSocket } from '../../local/fixture/client.ts';
import type { TestPlatform } from './platform.ts';

type FrameCase = BodiedFrame['body']['case'];
type BodyOf<C extends FrameCase> = Extract<BodiedFrame['body'], { case: C }>['value'];
type Said = BodiedFrame['body'] | { readonly case: 'text'; readonly value: string };

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A gateway without manners: the sync door's WebSocket with nothing between the test and the wire. */
export class RawGateway {
  readonly socket: WebSocket;
  /** How the platform ended it. */
  readonly closed: Promise<Closed>;
  readonly #said: Said[] = [];
  #wake: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, binary: boolean) => {
      this.#said.push(binary ? decodeFrame(data).body : { case: 'text', value: data.toString() });
      this.#wake?.();
    });
    socket.on('close', () => this.#wake?.());
  }

  send(data: Uint8Array | string): void {
    this.socket.send(data);
  }

  frame(body: FrameBody): void {
    this.socket.send(encodeFrame(body));
  }

  /** Says hello for stream `configs` and waits for the welcome. */
  async hello(
    positions: readonly { stream: string; version?: bigint; digest?: string }[] = [{ stream: 'configs' }],
  ): Promise<BodyOf<'welcome'>> {
    this.frame({ case: 'hello', value: { agentVersion: 'test', positions: [...positions] } });
    return this.take('welcome');
  }

  /** The next frame of that kind that satisfies, taken out of what was said; fails when the socket closes first, or after `limit` milliseconds. */
  async take<C extends FrameCase>(kind: C, satisfies: (value: BodyOf<C>) => boolean = () => true, limit = 15_000): Promise<BodyOf<C>> {
    return (await this.#take((said) => said.case === kind && satisfies(said.value as BodyOf<C>), kind ?? '', limit)).value as BodyOf<C>;
  }

  /** The next update that satisfies, confirmed: the next of its stream comes after that. */
  async takeUpdate(satisfies?: (update: BodyOf<'update'>) => boolean): Promise<BodyOf<'update'>> {
    const update = await this.take('update', satisfies);
    const { stream, version, digest, resume } = update;
    this.frame({ case: 'ack', value: { stream, version, digest, resume } });
    return update;
  }

  /** The next text message. */
  async text(limit = 15_000): Promise<string> {
    return String((await this.#take((said) => said.case === 'text', 'text', limit)).value);
  }

  /** Hangs up; resolves when the socket is gone. */
  async end(): Promise<Closed> {
    this.socket.close(1000);
    return this.closed;
  }

  async #take(wanted: (said: Said) => boolean, name: string, limit: number): Promise<Said> {
    const end = performance.now() + limit;
    for (;;) {
      const at = this.#said.findIndex(wanted);
      const [found] = at < 0 ? [] : this.#said.splice(at, 1);
      if (found) return found;
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`closed with ${JSON.stringify(await this.closed)} before any ${name}`);
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no ${name} came within ${limit} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Knocks at the sync door: a socket, or the refusal. */
export async function knock(test: TestPlatform, caller: Caller, headers: Record<string, string> = {}): Promise<RawGateway | Answer> {
  const opened = await openSocket(caller, `${test.platform.addresses.controller}/sync`, headers);
  return opened instanceof WebSocket ? new RawGateway(opened) : opened;
}

/** The same for a caller who must be let in. */
export async function connectRaw(test: TestPlatform, caller: Caller, headers: Record<string, string> = {}): Promise<RawGateway> {
  const opened = await knock(test, caller, headers);
  if (opened instanceof RawGateway) return opened;
  throw new Error(`refused with ${opened.status}: ${opened.text}`);
}

// A native gRPC client for tests: grpc-js over HTTP/2, as another implementation than ours. Messages are bytes.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelOptions, ClientDuplexStream, ClientReadableStream, StatusObject } from '@grpc/grpc-js';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';

export interface Outcome {
  /** gRPC status by name. */
  code: string;
  details: string;
  messages: Buffer[];
  /** The names and values of the trailing metadata. */
  trailers: Record<string, unknown>;
}

export interface CallOptions {
  timeoutMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
  metadata?: Record<string, string>;
}

const bytes = { out: (value: Uint8Array): Buffer => Buffer.from(value), in: (value: Buffer): Buffer => value };
const NAMES = new Map(Object.entries(status).map(([name, code]) => [code, name]));

export class GrpcClient {
  readonly client: Client;

  /** `address` is host:port. With `ca` (PEM) it speaks TLS, otherwise h2c with prior knowledge. */
  constructor(address: string, { authority, ca, ...more }: { authority?: string; ca?: string } & ChannelOptions = {}) {
    const secure = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
    this.client = new Client(address, secure, {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
      ...(authority === undefined ? {} : { 'grpc.default_authority': authority }),
      ...more,
    });
  }

  /** A unary or server-streaming call: everything that came, and how it ended. Never rejects. */
  call(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Outcome> {
    return outcomeOf(this.stream(path, request, options));
  }

  /** A server-streaming call, for who reads it himself. */
  stream(path: string, request: Uint8Array, { timeoutMs, signal, metadata = {} }: CallOptions = {}): ClientReadableStream<Buffer> {
    const call = this.client.makeServerStreamRequest(path, bytes.out, bytes.in, request, metadataOf(metadata), deadline(timeoutMs));
    signal?.addEventListener('abort', () => call.cancel());
    return call;
  }

  bidi(path: string): ClientDuplexStream<Uint8Array, Buffer> {
    return this.client.makeBidiStreamRequest(path, bytes.out, bytes.in, new Metadata());
  }

  close(): void {
    this.client.close();
  }
}

/** Reads a stream to its end. */
export function outcomeOf(call: ClientReadableStream<Buffer> | ClientDuplexStream<Uint8Array, Buffer>): Promise<Outcome> {
  return new Promise((resolve) => {
    const messages: Buffer[] = [];
    call.on('data', (message: Buffer) => messages.push(message));
    call.on('error', () => undefined);
    call.on('status', ({ code, details, metadata }: StatusObject) => {
      // The last messages may come after the status.
      void sleep(0).then(() => resolve({ code: NAMES.get(code) ?? String(code), details, messages, trailers: metadata.getMap() }));
    });
  });
}

function metadataOf(entries: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

const deadline = (timeoutMs: number | undefined) => (timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs });

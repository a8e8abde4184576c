// A service of this machine for tests: a grpc-js server, as Magma's services have their own.
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';

export const LOCAL_PATH = '/test.Local';

export interface LocalService {
  port: number;
  /** Metadata of the calls so far. */
  seen: Record<string, unknown>[];
  /** Calls of `Hold` that are open. */
  open: number;
  close(): Promise<void>;
}

/**
 * Echo gives back its request, Fail refuses, Count sends as many messages as the request's first byte says, Hold answers never,
 * Chat gives back each message until its end. Each answers with a header, Echo and Count with a trailer too.
 */
export async function startLocalService(): Promise<LocalService> {
  const server = new Server();
  const bytes = (value: Uint8Array) => Buffer.from(value);
  const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
    path: `${LOCAL_PATH}/${name}`,
    requestStream,
    responseStream,
    requestSerialize: bytes,
    requestDeserialize: (value: Buffer) => value,
    responseSerialize: bytes,
    responseDeserialize: (value: Buffer) => value,
  });
  const service: LocalService = {
    port: 0,
    seen: [],
    open: 0,
    close: async () => server.forceShutdown(),
  };
  const head = (): Metadata => metadata('x-head', 'h');
  const tail = (): Metadata => metadata('x-tail', 't');
  server.addService(
    {
      Echo: method('Echo', false, false),
      Fail: method('Fail', false, false),
      Count: method('Count', false, true),
      Hold: method('Hold', false, false),
      Chat: method('Chat', true, true),
    },
    {
      Echo: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        service.seen.push(call.metadata.getMap());
        call.sendMetadata(head());
        done(null, call.request, tail());
      },
      Fail: (_call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
        done({ code: 9, details: 'nicht möglich', metadata: tail() }),
      Count: (call: ServerWritableStream<Buffer, Buffer>) => {
        call.sendMetadata(head());
        for (let index = 0; index < (call.request[0] ?? 0); index++) call.write(Buffer.of(index));
        call.end(tail());
      },
      Hold: (call: ServerUnaryCall<Buffer, Buffer>) => {
        service.open++;
        call.on('cancelled', () => service.open--);
      },
      Chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (message: Buffer) => call.write(message));
        call.on('end', () => call.end());
      },
    },
  );
  service.port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
  });
  return service;
}

function metadata(name: string, value: string): Metadata {
  const made = new Metadata();
  made.set(name, value);
  return made;
}

// A local proxy for tests, with a cloud that the test plays.
import type { Transport } from '@connectrpc/connect';
import { createRouterTransport } from '@connectrpc/connect';
import type { CallRequest, CallSink } from '../connection/calls.ts';
import { silent } from '../log.ts';
import type { ServiceAddress } from '../proxy/local-services.ts';
import { LocalServices } from '../proxy/local-services.ts';
import { LocalProxy } from '../proxy/proxy.ts';
import type { SyncRelay } from '../proxy/sync-relay.ts';
import { GrpcClient } from './grpc-client.ts';
import { ManualClock } from './manual-clock.ts';

/** A call that reached the cloud. */
export interface Carried extends CallRequest {
  sink: CallSink;
  givenUp: boolean;
}

export interface TestProxy {
  proxy: LocalProxy;
  clock: ManualClock;
  services: LocalServices;
  carried: Carried[];
  address: string;
  /** When set, answers each call as it comes. */
  answer: ((call: Carried) => void) | undefined;
  client(options?: ConstructorParameters<typeof GrpcClient>[1]): GrpcClient;
  close(): Promise<void>;
}

export async function startTestProxy(
  options: { services?: ReadonlyMap<string, ServiceAddress>; relay?: SyncRelay; bootstrap?: Transport; clock?: ManualClock } = {},
): Promise<TestProxy> {
  const clock = options.clock ?? new ManualClock();
  const services = new LocalServices(options.services ?? new Map(), clock);
  const carried: Carried[] = [];
  const clients: GrpcClient[] = [];
  const proxy = new LocalProxy({
    clock,
    log: silent,
    calls: {
      start: (request, sink) => {
        const call: Carried = { ...request, sink, givenUp: false };
        carried.push(call);
        test.answer?.(call);
        return () => {
          call.givenUp = true;
        };
      },
    },
    services,
    bootstrap: options.bootstrap ?? createRouterTransport(() => undefined),
    relay: options.relay,
    listen: { host: '127.0.0.1', port: 0 },
  });
  await proxy.start();
  const address = `127.0.0.1:${proxy.ports.local}`;
  const test: TestProxy = {
    proxy,
    clock,
    services,
    carried,
    address,
    answer: undefined,
    client: (more) => {
      const client = new GrpcClient(address, { authority: 'streamer-controller.magma.test', ...more });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.close();
      services.close();
      await proxy.stop();
    },
  };
  return test;
}

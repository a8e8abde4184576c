import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GrpcClient } from '../testing/grpc-client.ts';
import { outcomeOf } from '../testing/grpc-client.ts';
import type { LocalService } from '../testing/local-service.ts';
import { LOCAL_PATH, startLocalService } from '../testing/local-service.ts';
import { until } from '../testing/manual-clock.ts';
import type { TestProxy } from '../testing/proxy.ts';
import { startTestProxy } from '../testing/proxy.ts';

let service: LocalService;
let test: TestProxy;
let client: GrpcClient;

beforeEach(async () => {
  service = await startLocalService();
  const nobody = await freePort();
  test = await startTestProxy({
    services: new Map([
      ['mobilityd', { host: '127.0.0.1', port: service.port }],
      ['mme', { host: '127.0.0.1', port: nobody }],
    ]),
  });
  client = test.client({ authority: 'mobilityd.local' });
});
afterEach(async () => {
  await test.close();
  await service.close();
});

/** A port where nobody listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('`<service>.local`', () => {
  it('reaches the service of that name, with metadata, answer and trailers', async () => {
    const { code, messages, trailers } = await client.call(`${LOCAL_PATH}/Echo`, bytes(1, 2), { metadata: { 'x-mine': 'm' } });
    expect([code, messages, trailers['x-tail']]).toEqual(['OK', [Buffer.of(1, 2)], 't']);
    expect(service.seen).toMatchObject([{ 'x-mine': 'm' }]);
    expect(test.carried).toEqual([]);
  });

  it('needs no uplink, and carries refusals and streams as they are', async () => {
    expect(await client.call(`${LOCAL_PATH}/Fail`, bytes())).toMatchObject({ code: 'FAILED_PRECONDITION', details: 'nicht möglich' });
    const { code, messages, trailers } = await client.call(`${LOCAL_PATH}/Count`, bytes(200));
    expect([code, messages.map(([index]) => index), trailers['x-tail']]).toEqual([
      'OK',
      Array.from({ length: 200 }, (_, index) => index),
      't',
    ]);
    expect(await client.call('/test.Local/Nothing', bytes())).toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  it('carries a conversation both ways, message by message', async () => {
    const chat = client.bidi(`${LOCAL_PATH}/Chat`);
    const outcome = outcomeOf(chat);
    const heard: number[] = [];
    chat.on('data', ([first]: Buffer) => heard.push(first ?? -1));
    for (let index = 0; index < 5; index++) {
      chat.write(bytes(index));
      await until(() => heard.length === index + 1, `answer ${index}`);
    }
    chat.end();
    expect(await outcome).toMatchObject({ code: 'OK' });
    expect(heard).toEqual([0, 1, 2, 3, 4]);
  });

  it('carries large messages at the pace of the reader', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, 5);
    const { code, messages } = await client.call(`${LOCAL_PATH}/Echo`, large);
    expect([code, messages[0]?.equals(large)]).toEqual(['OK', true]);
  });

  it('ends the call when the client gives it up', async () => {
    const abort = new AbortController();
    const held = client.call(`${LOCAL_PATH}/Hold`, bytes(), { signal: abort.signal });
    await until(() => service.open === 1, 'the call to be held');
    abort.abort();
    expect((await held).code).toBe('CANCELLED');
    await until(() => service.open === 0, 'the service to hear of it');
  });

  it('is UNAVAILABLE while nobody listens, or when the service goes away, and works again once it is back', async () => {
    const other = test.client({ authority: 'mme.local' });
    expect(await other.call(`${LOCAL_PATH}/Echo`, bytes())).toMatchObject({
      code: 'UNAVAILABLE',
      details: expect.stringContaining('not reachable'),
    });
    const held = client.call(`${LOCAL_PATH}/Hold`, bytes());
    await until(() => service.open === 1, 'the call to be held');
    const chat = client.bidi(`${LOCAL_PATH}/Chat`);
    const outcome = outcomeOf(chat);
    const heard = new Promise((resolve) => chat.once('data', resolve));
    chat.write(bytes(1));
    await heard;
    await service.close();
    expect(await held).toMatchObject({ code: 'UNAVAILABLE', messages: [] });
    // Reset as the service reset it: not ended as if this had been all.
    expect((await outcome).code).toBe('CANCELLED');
    expect((await client.call(`${LOCAL_PATH}/Echo`, bytes())).code).toBe('UNAVAILABLE');
  });

  it('is UNIMPLEMENTED for a service that nobody registered', async () => {
    const other = test.client({ authority: 'nobody.local' });
    expect(await other.call(`${LOCAL_PATH}/Echo`, bytes())).toMatchObject({
      code: 'UNIMPLEMENTED',
      details: expect.stringContaining('nobody'),
    });
  });
});

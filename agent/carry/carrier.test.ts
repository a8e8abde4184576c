import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReportStatesRequestSchema } from '../../proto/gen/orc8r/protos/state_pb.js';
import { Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { TestCloud } from '../testing/cloud.ts';
import { startTestCloud } from '../testing/cloud.ts';
import { GrpcClient } from '../testing/grpc-client.ts';
import { until } from '../testing/manual-clock.ts';
import { Carrier } from './carrier.ts';

const REPORT = '/magma.orc8r.StateService/ReportStates';
const request = toBinary(ReportStatesRequestSchema, create(ReportStatesRequestSchema, {}));

let folder: string;
let cloud: TestCloud;
let carrier: Carrier;
let clients: GrpcClient[];
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orc8r-carrier-'));
  mkdirSync(certs());
  cloud = await startTestCloud();
  clients = [];
  said = [];
  carrier = make();
});
afterEach(async () => {
  for (const client of clients) client.close();
  await carrier.stop();
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

const certs = () => join(folder, 'certs');

function make(more: Partial<ConstructorParameters<typeof Carrier>[0]> = {}): Carrier {
  return new Carrier({
    dataDir: join(folder, 'agent'),
    controller: cloud.controller,
    bootstrap: cloud.bootstrap,
    ca: cloud.authority.ca,
    files: { gatewayCertificate: join(certs(), 'gateway.crt'), gatewayKey: join(certs(), 'gateway.key') },
    listen: { host: '127.0.0.1', port: 0 },
    bootstrapListen: { host: '127.0.0.1', port: 0, names: ['localhost', '127.0.0.1'] },
    services: new Map(),
    log: (_level, message) => void said.push(message),
    reconnect: { baseMs: 1, capMs: 2 },
    ...more,
  });
}

/** magmad writes a pair. */
async function write(commonName = 'hw-1'): Promise<void> {
  const { certificate, key } = await cloud.authority.issue(commonName);
  writeFileSync(join(certs(), 'gateway.key'), key);
  writeFileSync(join(certs(), 'gateway.crt'), certificate);
}

function call() {
  const client = new GrpcClient(`127.0.0.1:${carrier.ports.local}`, { authority: 'state-controller.magma.test' });
  clients.push(client);
  return client.call(REPORT, request);
}

describe('a carrying agent', () => {
  it('has no identity of its own: it waits for the certificate that magmad writes, and takes up each new one', async () => {
    await carrier.start();
    expect(await call()).toMatchObject({ code: 'UNAVAILABLE' });
    await write('hw-1');
    const first = await cloud.peer(1);
    expect(await first.next('hello')).toMatchObject({ positions: [] });
    expect(first.commonName).toBe('hw-1');
    await until(() => carrier.connected, 'the connection');
    await write('hw-2');
    const second = await cloud.peer(2);
    expect([second.commonName, await first.end()]).toEqual(['hw-2', 1000]);
  }, 20_000);

  it('lets the calls that are under way finish before it takes up a new certificate; those that come meanwhile wait', async () => {
    await write();
    await carrier.start();
    const first = await cloud.peer(1);
    await until(() => carrier.connected, 'the connection');
    const early = call();
    const { id } = await first.next('call');
    await write('hw-2');
    await until(
      () => said.filter((line) => line === 'gateway certificate found').length === 2,
      'the new certificate to be noticed',
      10_000,
    );
    const late = call();
    first.send({ case: 'reply', value: { id } });
    expect((await early).code).toBe('OK');
    const second = await cloud.peer(2);
    const { id: again } = await second.next('call');
    second.send({ case: 'reply', value: { id: again } });
    expect((await late).code).toBe('OK');
    expect(first.all('call').filter(({ cancel }) => !cancel)).toHaveLength(1);
  }, 20_000);

  it('ends a call in the middle of its answer when the uplink is cut, and goes on with the next uplink', async () => {
    await write();
    await carrier.start();
    const first = await cloud.peer(1);
    await until(() => carrier.connected, 'the connection');
    const cut = call();
    const { id } = await first.next('call');
    first.send({ case: 'reply', value: { id, payload: Uint8Array.of(1), more: true } });
    first.send({ case: 'reply', value: { id, payload: Uint8Array.of(2), more: true, content: Reply_Content.FRAGMENT } });
    // What came before the cut has arrived.
    first.send({ case: 'syncRequest', value: { reqId: 7, reqBody: { gwId: 'hw-1', authority: 'nobody' } } });
    await first.next('syncResponse');
    first.socket.terminate();
    expect(await cut).toMatchObject({ code: 'UNAVAILABLE', messages: [Buffer.of(1)] });
    const second = await cloud.peer(2);
    await until(() => carrier.connected, 'the next connection');
    const after = call();
    second.send({ case: 'reply', value: { id, payload: Uint8Array.of(3) } });
    const { id: fresh } = await second.next('call');
    second.send({ case: 'reply', value: { id: fresh, payload: Uint8Array.of(4) } });
    expect(await after).toMatchObject({ code: 'OK', messages: [Buffer.of(4)] });
  }, 20_000);

  it('tells a certificate that the cloud refuses, which makes magmad bootstrap, from a cloud that is not there', async () => {
    await write();
    cloud.refusal = { status: 403, body: JSON.stringify({ code: 'certificate_revoked', message: 'revoked' }) };
    await carrier.start();
    await until(() => cloud.refused > 0, 'the refusal');
    await until(() => said.some((line) => line.includes('magmad has to bootstrap')), 'the wait for another certificate');
    expect(await call()).toMatchObject({ code: 'PERMISSION_DENIED', details: expect.stringContaining('certificate_revoked') });
    cloud.refusal = undefined;
    await write('hw-2');
    expect((await cloud.peer(1)).commonName).toBe('hw-2');
  }, 20_000);

  it('gives magmad a bootstrap port that the written root vouches for; root and key survive a restart', async () => {
    await carrier.start();
    const rootFile = join(folder, 'agent', 'certs', 'local-rootCA.pem');
    const root = readFileSync(rootFile, 'utf8');
    expect(root.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(root).toContain(cloud.authority.ca.trim());
    expect(statSync(join(folder, 'agent', 'certs', 'local-ca.key')).mode & 0o077).toBe(0);
    const trusted = (host: string, ca: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: carrier.ports.bootstrap, servername: host, ca, ALPNProtocols: ['h2'] });
        socket.on('secureConnect', () => {
          resolve(socket.authorized && socket.alpnProtocol === 'h2');
          socket.destroy();
        });
        socket.on('error', () => resolve(false));
      });
    expect(await trusted('localhost', root)).toBe(true);
    expect(await trusted('elsewhere.test', root)).toBe(false);
    expect(await trusted('localhost', cloud.authority.ca)).toBe(false);
    await carrier.stop();
    carrier = make();
    await carrier.start();
    expect(readFileSync(rootFile, 'utf8')).toBe(root);
    expect(await trusted('localhost', root)).toBe(true);
  });

  it('makes its authority anew when the files are damaged, and says when a port is taken', async () => {
    await carrier.start();
    const before = readFileSync(join(folder, 'agent', 'certs', 'local-ca.pem'), 'utf8');
    writeFileSync(join(folder, 'agent', 'certs', 'local-ca.key'), 'nonsense');
    const other = make({ listen: { host: '127.0.0.1', port: carrier.ports.local } });
    await expect(other.start()).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    await other.stop();
    expect(readFileSync(join(folder, 'agent', 'certs', 'local-ca.pem'), 'utf8')).not.toBe(before);
  });
});

import { X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, createAgent } from '../../agent/agent.ts';
import { normaliseSerial } from '../../core/certifier/serial.ts';
import { caCommand } from '../../local/ca-command.ts';
import { ensureGateway, ensureNetwork } from '../../local/demo/network.ts';
import { type Caller, call } from '../../local/fixture/client.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { type RestClient, restClient } from '../../local/rest-client.ts';
import { Certifier } from '../../proto/gen/orc8r/cloud/go/services/certifier/protos/certifier_pb.js';
import { CertType } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { next } from '../harness/platform.ts';
import { certificatePem, clientComplaint, newRequest } from '../support/certificates.ts';

const NETWORK = 'ca';
const folder = mkdtempSync(join(tmpdir(), 'orc8r-ca-'));
const passphrase = join(folder, 'passphrase');
const archive = join(folder, 'ca.p12');
const first = join(folder, 'first');
let running: Running | undefined;

/** A platform on a data folder, with an agent that comes back to it. */
interface Running {
  readonly platform: Platform;
  readonly rest: RestClient;
  /** Starts the gateway's agent, which trusts this root; answers what it did until it had its configuration. */
  joins(agentFolder: string, root?: string): Promise<{ bootstrapped: boolean; agent: Agent }>;
  stop(): Promise<void>;
}

async function start(dataDir: string): Promise<Running> {
  const platform = await startPlatform({ dataDir, ports: { api: 0, controller: 0, bootstrap: 0 } });
  const { addresses, credentials } = platform;
  const rest = restClient({ base: addresses.api, caFile: credentials.rootFile, token: credentials.token });
  const agents: Agent[] = [];
  running = {
    platform,
    rest,
    async joins(agentFolder, root = rootOf(dataDir)) {
      const agent = agentOf(platform, agentFolder, root);
      agents.push(agent);
      let bootstrapped = false;
      agent.on('bootstrap', () => {
        bootstrapped = true;
      });
      const connected = next(agent, 'connected');
      await agent.start();
      await connected;
      return { bootstrapped, agent };
    },
    async stop() {
      await Promise.all(agents.map((agent) => agent.stop()));
      rest.close();
      await platform.stop();
      running = undefined;
    },
  };
  return running;
}

const agentOf = ({ addresses }: Platform, name: string, ca: string): Agent =>
  createAgent({
    dataDir: join(folder, name),
    controller: addresses.controller.replace('https:', 'wss:'),
    bootstrap: addresses.bootstrap,
    ca,
    metrics: false,
    reconnect: { baseMs: 50, capMs: 500 },
    bootstrapBackoff: { baseMs: 50, capMs: 500 },
  });
const rootOf = (dataDir: string): string => readFileSync(join(dataDir, 'ca', 'root.pem'), 'utf8');
const ca = (dataDir: string, ...args: string[]) => caCommand([...args, '--data', dataDir], { rounds: 1000 });

async function registered({ rest, platform }: Running, agentFolder: string, dataDir: string): Promise<void> {
  await ensureNetwork(rest, NETWORK, NETWORK);
  const agent = agentOf(platform, agentFolder, rootOf(dataDir));
  await ensureGateway(rest, NETWORK, 'g1', await agent.identity());
}
const counted = async ({ rest }: Running, query: string): Promise<number> =>
  ((await rest.must('GET', `/magma/v1/certificates?kind=gateway&${query}`)).body as { total_count: number }).total_count;
/** Key identifiers of the certifiers, the one that signs first. */
const certifiersOf = async (dataDir: string): Promise<string[]> => {
  const [certifier = ''] = (await ca(dataDir, 'status')).split('\n\n');
  return [...certifier.matchAll(/key ([0-9a-f]{40})/g)].map(([, key = '']) => key);
};

/** Status and code of the answer to a gateway that reports. */
async function refusalOf({ platform }: Running, caller: Caller): Promise<[number, string]> {
  const report = `${platform.addresses.controller}/magma.orc8r.StateService/ReportStates`;
  const { status, text } = await call(caller, report, { method: 'POST', headers: { 'content-type': 'application/proto' } });
  return [status, (JSON.parse(text) as { code: string }).code];
}

/** Before anything happens: a gateway has joined, and a backup was made. */
beforeAll(async () => {
  writeFileSync(passphrase, 'correct horse battery\n');
  const platform = await start(first);
  await registered(platform, 'agent', first);
  expect(await platform.joins('agent')).toMatchObject({ bootstrapped: true });
  await platform.stop();
  await ca(first, 'export', archive, '--passphrase-file', passphrase);
  cpSync(join(first, 'state'), join(folder, 'backup'), { recursive: true });
  cpSync(join(folder, 'agent'), join(folder, 'agent-kept'), { recursive: true });
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a platform that was lost', () => {
  it('comes back from its authorities and its database as if nothing had been', async () => {
    const fresh = join(folder, 'restored');
    await ca(fresh, 'import', archive, '--passphrase-file', passphrase);
    cpSync(join(folder, 'backup'), join(fresh, 'state'), { recursive: true });
    const platform = await start(fresh);
    expect(await platform.joins('agent-kept')).toMatchObject({ bootstrapped: false });
    await platform.stop();
  });

  it('comes back from its authorities alone once its gateways are registered again: they bootstrap by themselves', async () => {
    const fresh = join(folder, 'imported');
    await ca(fresh, 'import', archive, '--passphrase-file', passphrase);
    const platform = await start(fresh);
    const certificate = { certificate: read('agent-kept', 'gateway.crt'), key: read('agent-kept', 'gateway.key') };
    expect(await refusalOf(platform, { ca: rootOf(first), client: certificate })).toEqual([403, 'certificate_unknown']);
    await registered(platform, 'agent-kept', fresh);
    expect(await platform.joins('agent-kept', rootOf(first))).toMatchObject({ bootstrapped: true });
    await platform.stop();
  });
});

const read = (agentFolder: string, name: string): string => readFileSync(join(folder, agentFolder, 'certs', name), 'utf8');

describe('a rollover', () => {
  it('of certifier and root lets everybody go on; who renews gets the new certifier', async () => {
    const oldRoot = rootOf(first);
    await ca(first, 'rollover', 'certifier');
    await ca(first, 'rollover', 'root');
    const [fresh, old] = await certifiersOf(first);
    const platform = await start(first);
    // The certificate of the old certifier, and the old root alone, are still good.
    const { bootstrapped, agent } = await platform.joins('agent', oldRoot);
    expect(bootstrapped).toBe(false);
    expect([await counted(platform, `issuer=${old}&state=valid`), await counted(platform, `issuer=${fresh}`)]).toEqual([1, 0]);

    const { body } = await platform.rest.must('GET', `/magma/v1/certificates?issuer=${old}&kind=gateway`);
    const [{ serial }] = (body as { certificates: [{ serial: string }] }).certificates;
    const [renewed, connected] = [next(agent, 'bootstrap'), next(agent, 'connected')];
    await platform.rest.must('POST', `/magma/v1/certificates/${serial}:revoke`, { reason: 'rollover' });
    expect(normaliseSerial((await renewed).serial)).not.toBe(serial);
    await connected;
    expect([await counted(platform, `issuer=${old}&state=valid`), await counted(platform, `issuer=${fresh}&state=valid`)]).toEqual([0, 1]);
    // The count that docs/operations.md has one wait for takes in operators: the first one was given another certificate at the start.
    const { body: left } = await platform.rest.must('GET', `/magma/v1/certificates?issuer=${old}&state=valid`);
    expect(left).toMatchObject({ certificates: [], total_count: 0 });
    const { body: admins } = await platform.rest.must('GET', `/magma/v1/certificates?issuer=${fresh}&kind=operator&state=valid`);
    expect(admins).toMatchObject({ certificates: [{ subject: 'admin' }], total_count: 1 });
    await platform.stop();
  });

  it('ends with the old ones retired: who has moved goes on, who has not is told', async () => {
    await ca(first, 'rollover', 'root', '--switch');
    await ca(first, 'retire', 'certifier');
    const bundle = rootOf(first);
    await ca(first, 'retire', 'root');
    const platform = await start(first);
    expect(await platform.joins('agent', bundle)).toMatchObject({ bootstrapped: false });
    // The agent as it was before: its certificate is of a certifier that nobody trusts any more.
    const left = { certificate: read('agent-kept', 'gateway.crt'), key: read('agent-kept', 'gateway.key') };
    expect(await refusalOf(platform, { ca: bundle, client: left })).toEqual([403, 'certificate_unknown']);
    await platform.stop();
  });
});

describe('an authority for VPNs', () => {
  it('gives a gateway certificates that a VPN takes and this platform does not', async () => {
    await ca(first, 'create', 'vpn');
    const platform = await start(first);
    const { addresses } = platform.platform;
    const client = { certificate: read('agent', 'gateway.crt'), key: read('agent', 'gateway.key') };
    const caller = { ca: rootOf(first), client };
    const ask = async <I extends DescMessage, O extends DescMessage>(
      { parent, name, input, output }: DescMethodUnary<I, O>,
      message: MessageInitShape<I>,
    ): Promise<MessageShape<O>> => {
      const body = toBinary(input, create(input, message));
      const headers = { 'content-type': 'application/proto' };
      const answer = await call(caller, `${addresses.controller}/${parent.typeName}/${name}`, { method: 'POST', headers, body });
      expect(answer.status, answer.text).toBe(200);
      return fromBinary(output, answer.bytes);
    };
    const vpn = readFileSync(join(first, 'ca', 'vpn.pem'), 'utf8');
    const { cert } = await ask(Certifier.method.getCA, { certType: CertType.VPN });
    expect(new X509Certificate(cert).fingerprint256).toBe(new X509Certificate(vpn).fingerprint256);

    const request = await newRequest('');
    const issued = await ask(Certifier.method.signAddCertificate, { certType: CertType.VPN, csrDer: request.der });
    const own = { cert: certificatePem(issued.certDer), key: request.key };
    expect(new X509Certificate(own.cert).subject).toBe('CN=g1');
    expect(await clientComplaint(own, vpn)).toBe('');
    const { body } = await platform.rest.must('GET', '/magma/v1/certificates?kind=vpn');
    expect(body).toMatchObject({ certificates: [{ serial: issued.sn?.sn, gateway_id: 'g1', kind: 'vpn' }], total_count: 1 });
    const stranger = { ca: rootOf(first), client: { certificate: own.cert, key: own.key } };
    expect(await refusalOf(platform, stranger)).toEqual([403, 'certificate_unknown']);
    await platform.stop();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ecKey, rsaKey } from '../../test/support/challenge-key.ts';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { loadEntities } from '../configurator/load.ts';
import { find } from '../configurator/model.ts';
import { Database } from '../db/database.ts';
import { createTenant, setControlProxy, tenantById } from '../tenants/tenants.ts';
import { importBootstrapKey } from './bootstrap-key.ts';
import { challengeFor } from './bootstrapper.ts';
import { controlProxyConfig } from './control-proxy.ts';
import { type RegisterRequest, registerGateway } from './register.ts';
import { makeRegistrationToken } from './registration-token.ts';

const now = 1_800_000_000_000;
const key = await importBootstrapKey(Buffer.alloc(32, 7).toString('base64'));
const device = ecKey('P-384');
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
let store: TestD1;
let entity: number;

beforeEach(async () => {
  store = testD1();
  await addNetwork(store, 'n1');
  entity = await addGateway(store, { networkId: 'n1', gatewayId: 'g1' });
});
afterEach(() => store.close());

const context = (at = now) => ({ db: new Database(store.d1), key, now: at, requestId: 'r1' });
const request = async (change: Partial<RegisterRequest> = {}): Promise<RegisterRequest> => ({
  token: await makeRegistrationToken(key, entity, now),
  hardwareId: 'hw1',
  keyType: device.type,
  key: ascii(device.key),
  ...change,
});
const register = async (change?: Partial<RegisterRequest>) => (await registerGateway(context(), await request(change))).committed;
const gateway = async (key = 'g1') => {
  const [graph] = await new Database(store.d1).read(loadEntities('n1', [{ type: 'magmad_gateway', key }]));
  return find(graph, 'magmad_gateway', key);
};

describe('registerGateway', () => {
  it('binds hardware id and key in one commit, after which the gateway can bootstrap', async () => {
    const before = store.trips();
    const committed = await register();
    expect(store.trips() - before).toBe(2);
    expect(committed).toEqual({ networkId: 'n1', version: 3, changes: [{ type: 'magmad_gateway', key: 'g1' }] });
    expect(await gateway()).toMatchObject({
      physicalId: 'hw1',
      device: { hardware_id: 'hw1', key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: device.key } },
    });
    expect((await challengeFor(context(), 'hw1')).keyType).toBe('SOFTWARE_ECDSA_SHA256');
    expect({
      ...store.sqlite.prepare("SELECT actor, network_id, target, outcome FROM audit WHERE action = 'gateway.register'").get(),
    }).toEqual({
      actor: 'gateway:hw1',
      network_id: 'n1',
      target: 'g1',
      outcome: 'ok',
    });
  });

  it('answers the control_proxy of the first tenant that owns the network and has one, each time', async () => {
    const asked = async () => (await registerGateway(context(), await request())).controlProxy;
    expect(await asked()).toBeUndefined();
    const db = new Database(store.d1);
    for (const id of [1, 2, 4, 3]) await db.commit(createTenant({ id, name: '', networks: id === 2 ? ['other'] : ['other', 'n1'] }));
    for (const id of [2, 4, 3]) {
      const [tenant] = await db.read(tenantById({ id }));
      if (tenant) await db.commit(setControlProxy(tenant, `text ${id}`));
    }
    expect(await asked()).toBe('text 3');
  });

  it('takes the key as bare DER and as RSA too', async () => {
    await register({ key: Buffer.from(device.key, 'base64') });
    expect(await gateway()).toMatchObject({ device: { key: { key: device.key } } });
    const second = await addGateway(store, { networkId: 'n1', gatewayId: 'g2' });
    const rsa = rsaKey();
    await register({
      token: await makeRegistrationToken(key, second, now),
      hardwareId: 'hw2',
      keyType: rsa.type,
      key: ascii(`${rsa.key}\n`),
    });
    expect(await gateway('g2')).toMatchObject({ device: { key: { key_type: 'SOFTWARE_RSA_SHA256', key: rsa.key } } });
  });

  it('repeated with the same key it changes nothing and is no error', async () => {
    await register();
    const before = await gateway();
    expect(await register()).toBeUndefined();
    expect(await gateway()).toEqual(before);
  });

  it('replaces a hardware id that has no device', async () => {
    const other = await addGateway(store, { networkId: 'n1', gatewayId: 'g2', hardwareId: 'old' });
    await register({ token: await makeRegistrationToken(key, other, now) });
    expect(await gateway('g2')).toMatchObject({ physicalId: 'hw1' });
  });

  it('is refused when the gateway has a device', async () => {
    await register();
    for (const change of [{ hardwareId: 'hw2' }, { key: ascii(ecKey('P-384').key) }]) {
      await expect(register(change)).rejects.toMatchObject({
        code: 'conflict',
        reason: 'gateway_registered',
        message: 'gateway g1 already has a device: an operator has to take that away, or change it, before another can be registered',
      });
    }
  });

  it('is refused when the hardware id belongs to another, in any network', async () => {
    await addNetwork(store, 'n2');
    await addGateway(store, { networkId: 'n2', gatewayId: 'g9', hardwareId: 'hw1' });
    await expect(register()).rejects.toMatchObject({
      code: 'conflict',
      reason: 'hardware_id_taken',
      message: 'hardware id hw1 is already in use: an operator has to free it first',
    });
    expect(await gateway()).toMatchObject({ physicalId: null, device: undefined });
  });

  it('is refused when the gateway is gone, though its id was given away again', async () => {
    const token = await makeRegistrationToken(key, entity, now);
    store.sqlite.exec("DELETE FROM entities WHERE key = 'g1'");
    await addGateway(store, { networkId: 'n1', gatewayId: 'g1' });
    await expect(register({ token })).rejects.toMatchObject({ code: 'not_found', reason: 'gateway_unknown' });
  });

  it('is refused when the number belongs to something that is no gateway', async () => {
    store.sqlite.exec("INSERT INTO entities (network_id, type, key, name, description, version) VALUES ('n1', 'policy', 'p1', '', '', 1)");
    const row = store.sqlite.prepare("SELECT id FROM entities WHERE key = 'p1'").get();
    await expect(register({ token: await makeRegistrationToken(key, Number(row?.['id']), now) })).rejects.toMatchObject({
      reason: 'gateway_unknown',
    });
  });

  it('is refused for a bad or late token', async () => {
    await expect(register({ token: 'reg_000000000000000000000000000000' })).rejects.toMatchObject({ reason: 'registration_token_invalid' });
    const asked = await request();
    await expect(registerGateway(context(now + 32 * 60_000), asked)).rejects.toMatchObject({ reason: 'registration_token_expired' });
  });

  it.each(['', 'x'.repeat(257), 'a\u0000b'])('is refused for %j as a hardware id', async (hardwareId) => {
    await expect(register({ hardwareId })).rejects.toMatchObject({ code: 'aborted', reason: 'hardware_id_invalid' });
  });

  const keys: [string, Partial<RegisterRequest>, string][] = [
    ['ECHO', { keyType: 'ECHO' }, 'its type has to be SOFTWARE_ECDSA_SHA256 or SOFTWARE_RSA_SHA256'],
    ['an unknown type', { keyType: undefined }, 'its type has to be SOFTWARE_ECDSA_SHA256 or SOFTWARE_RSA_SHA256'],
    ['no key', { key: new Uint8Array() }, 'it is missing'],
    ['a huge key', { key: new Uint8Array(4097) }, 'it has more than 4096 bytes'],
    ['no base64', { key: ascii('-----BEGIN PUBLIC KEY-----') }, 'it is not the base64 of a DER SubjectPublicKeyInfo'],
    ['broken DER', { key: new Uint8Array([0x30, 1, 2, 3]) }, 'it is not the base64 of a DER SubjectPublicKeyInfo'],
    ['the wrong kind', { keyType: 'SOFTWARE_RSA_SHA256' }, 'it is an EC key, but SOFTWARE_RSA_SHA256 needs an RSA key'],
    ['an unsupported curve', { key: ascii(ecKey('P-521').key) }, 'it is an EC key on P-521; needed is'],
    ['a short RSA key', { keyType: 'SOFTWARE_RSA_SHA256', key: ascii(rsaKey(1024).key) }, 'it is an RSA key of 1024 bits; needed is'],
  ];
  it.each(keys)('is refused for %s', async (_name, change, why) => {
    const refused = register(change);
    await expect(refused).rejects.toMatchObject({ code: 'aborted', reason: 'challenge_key_unusable' });
    await expect(refused).rejects.toThrow(`the challenge key cannot be used, ${why}`);
  });

  it('by two at once lets one win', async () => {
    const outcomes = await Promise.allSettled([register(), register({ hardwareId: 'hw2' })]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({
      code: expect.stringMatching(/^(precondition_failed|conflict)$/),
    });
  });
});

describe('controlProxyConfig', () => {
  it('names the doors of this platform', () => {
    const text = controlProxyConfig({ domain: 'orc8r.test', cloudPort: 8443, bootstrapPort: 8444 });
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'cloud_address: controller.orc8r.test',
        'cloud_port: 8443',
        'bootstrap_address: bootstrapper-controller.orc8r.test',
        'bootstrap_port: 8444',
        'proxy_cloud_connections: True',
      ]),
    );
  });
});

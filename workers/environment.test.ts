import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Environment, settingsOf } from './environment.ts';

const pem = (kind: string) => `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`;
const good = {
  IDENTITY_SOURCE: 'front',
  FRONT_SECRET: 's'.repeat(32),
  DOMAIN: 'orc8r.test',
  CERTIFIER_CERT: pem('CERTIFICATE'),
  CERTIFIER_KEY: pem('PRIVATE KEY'),
  BOOTSTRAP_KEY: btoa('k'.repeat(32)),
  ROOT_CA: pem('CERTIFICATE'),
};
const read = (change: Record<string, unknown>) => settingsOf({ ...good, ...change } as unknown as Environment);

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

describe('settingsOf', () => {
  it('reads what is there and fills in the ports', () => {
    expect(read({})).toEqual({ ...good, CLOUD_PORT: 443, BOOTSTRAP_PORT: 443 });
    expect(read({ CLOUD_PORT: '8443' })).toMatchObject({ CLOUD_PORT: 8443 });
  });

  it('checks an environment once', () => {
    const env = { ...good } as unknown as Environment;
    expect(settingsOf(env)).toBe(settingsOf(env));
  });

  it.each([
    ['IDENTITY_SOURCE', 'anybody'],
    ['FRONT_SECRET', undefined],
    ['FRONT_SECRET', 'short'],
    ['DOMAIN', ''],
    ['CERTIFIER_CERT', 'hunter2'],
    ['CERTIFIER_KEY', 'hunter2'],
    ['BOOTSTRAP_KEY', btoa('too short')],
    ['BOOTSTRAP_KEY', 'not base64!'],
    ['ROOT_CA', undefined],
    ['CLOUD_PORT', '70000'],
  ])('refuses a wrong %s (%s), by name and without its value', (name, value) => {
    const refusal = (() => {
      try {
        return read({ [name]: value });
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining(`${name}: `) });
    const said = `${JSON.stringify(refusal)} ${String(refusal)} ${JSON.stringify(vi.mocked(console.error).mock.calls)}`;
    if (value) expect(said).not.toContain(value);
  });

  it('names all that is wrong at once', () => {
    expect(() => read({ DOMAIN: '', ROOT_CA: '' })).toThrow(/DOMAIN: .*ROOT_CA: /);
  });
});

import { describe, expect, it } from 'vitest';
import { parseTimeout } from './deadline.ts';
import { route, serviceOf } from './router.ts';

const PATH = '/magma.orc8r.StateService/ReportStates';

describe('a call', () => {
  it.each([
    ['streamer-controller.magma.test', PATH, { to: 'cloud' }],
    ['state.magma.test:8443', PATH, { to: 'cloud' }],
    ['', PATH, { to: 'cloud' }],
    ['127.0.0.1:8443', PATH, { to: 'cloud' }],
    ['state-controller.orc8r.local', PATH, { to: 'cloud' }],
    ['state-orc8r.local', PATH, { to: 'cloud' }],
    ['mobilityd.local', PATH, { to: 'local', service: 'mobilityd' }],
    ['s6a_service.local:8443', PATH, { to: 'local', service: 's6a_service' }],
    ['MME.LOCAL', PATH, { to: 'local', service: 'mme' }],
    ['dispatcher-controller.magma.test', '/magma.orc8r.SyncRPCService/EstablishSyncRPCStream', { to: 'sync-rpc' }],
    ['dispatcher.local', '/magma.orc8r.SyncRPCService/SyncRPC', { to: 'local', service: 'dispatcher' }],
    ['bootstrapper-controller.magma.test', '/magma.orc8r.Bootstrapper/GetChallenge', { to: 'bootstrap' }],
    ['bootstrapper-controller.magma.test', '/magma.orc8r.Registration/Register', { to: 'bootstrap' }],
  ])('to %s%s goes its way', (authority, path, destination) => {
    expect(route(authority, path)).toEqual(destination);
  });

  it('is known by its service in the log', () => {
    expect(['streamer-controller.magma.test', 'state.x', 'localhost:8443', ''].map(serviceOf)).toEqual([
      'streamer',
      'state',
      'localhost',
      '',
    ]);
  });
});

describe('a deadline', () => {
  it.each([
    ['1H', 3600_000],
    ['2M', 120_000],
    ['10S', 10_000],
    ['250m', 250],
    ['1500u', 2],
    ['1n', 1],
    ['99999999H', 2 ** 31 - 1],
    ['0S', 0],
  ])('%s is understood', (header, milliseconds) => {
    expect(parseTimeout(header)).toBe(milliseconds);
  });

  it('may be missing, but not malformed', () => {
    expect(parseTimeout(undefined)).toBeUndefined();
    for (const header of ['', '10', 'S', '10s', '-1S', '1.5S', '123456789S', '10 S'])
      expect(() => parseTimeout(header)).toThrow('grpc-timeout');
  });
});

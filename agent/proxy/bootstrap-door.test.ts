import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { afterEach, expect, it } from 'vitest';
import {
  Bootstrapper,
  ChallengeSchema,
  RegisterRequestSchema,
  RegisterResponseSchema,
  Registration,
} from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { AccessGatewayIDSchema } from '../../proto/gen/orc8r/protos/identity_pb.js';
import { bootstrapTransport } from '../bootstrap/cloud.ts';
import type { TestProxy } from '../testing/proxy.ts';
import { startTestProxy } from '../testing/proxy.ts';

const CHALLENGE = `/${Bootstrapper.typeName}/GetChallenge`;
const id = toBinary(AccessGatewayIDSchema, create(AccessGatewayIDSchema, { id: 'hw-1' }));

let test: TestProxy;
afterEach(() => test.close());

const door = createRouterTransport(({ service }) => {
  service(Bootstrapper, {
    getChallenge: (request) => {
      if (request.id !== 'hw-1') throw new ConnectError(`no gateway ${request.id}`, Code.NotFound);
      return { challenge: Uint8Array.of(1, 2) };
    },
  });
  service(Registration, { register: () => ({ response: { case: 'error', value: 'the token has expired' } }) });
});

it('carries bootstrap and registration, with the door’s own refusals', async () => {
  test = await startTestProxy({ bootstrap: door });
  const client = test.client({ authority: 'bootstrapper-controller.magma.test' });
  const challenge = await client.call(CHALLENGE, id);
  expect([...fromBinary(ChallengeSchema, challenge.messages[0] ?? Buffer.of()).challenge]).toEqual([1, 2]);
  const unknown = toBinary(AccessGatewayIDSchema, create(AccessGatewayIDSchema, { id: 'hw-2' }));
  expect(await client.call(CHALLENGE, unknown)).toMatchObject({ code: 'NOT_FOUND', details: 'no gateway hw-2' });
  const token = toBinary(RegisterRequestSchema, create(RegisterRequestSchema, { token: 'reg_x' }));
  const registered = await client.call(`/${Registration.typeName}/Register`, token);
  expect(fromBinary(RegisterResponseSchema, registered.messages[0] ?? Buffer.of()).response).toEqual({
    case: 'error',
    value: 'the token has expired',
  });
  expect(await client.call(CHALLENGE, Uint8Array.of(0xff))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await client.call(`/${Bootstrapper.typeName}/Nothing`, id)).toMatchObject({ code: 'UNIMPLEMENTED' });
});

it('is UNAVAILABLE when the door cannot be reached, whatever stands there instead', async () => {
  test = await startTestProxy({ bootstrap: bootstrapTransport('localhost:1', undefined) });
  expect(await test.client().call(CHALLENGE, id)).toMatchObject({ code: 'UNAVAILABLE', details: expect.stringContaining('not reachable') });
});

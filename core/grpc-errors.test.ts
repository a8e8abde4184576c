import { describe, expect, it } from 'vitest';
import { type ErrorCode, OrcError } from './errors.ts';
import { fromGrpc, toGrpc } from './grpc-errors.ts';
import { GrpcStatus } from './wire/grpc.ts';

describe('toGrpc', () => {
  it.each<[ErrorCode, GrpcStatus]>([
    ['invalid', GrpcStatus.INVALID_ARGUMENT],
    ['unauthenticated', GrpcStatus.UNAUTHENTICATED],
    ['forbidden', GrpcStatus.PERMISSION_DENIED],
    ['not_found', GrpcStatus.NOT_FOUND],
    ['method_not_allowed', GrpcStatus.UNIMPLEMENTED],
    ['conflict', GrpcStatus.ALREADY_EXISTS],
    ['precondition_failed', GrpcStatus.FAILED_PRECONDITION],
    ['too_large', GrpcStatus.RESOURCE_EXHAUSTED],
    ['uri_too_long', GrpcStatus.RESOURCE_EXHAUSTED],
    ['too_many', GrpcStatus.RESOURCE_EXHAUSTED],
    ['unsupported_media_type', GrpcStatus.INVALID_ARGUMENT],
    ['aborted', GrpcStatus.ABORTED],
    ['timeout', GrpcStatus.DEADLINE_EXCEEDED],
    ['gateway_offline', GrpcStatus.UNAVAILABLE],
    ['unavailable', GrpcStatus.UNAVAILABLE],
    ['internal', GrpcStatus.INTERNAL],
  ])('gives %s its status and its text', (code, status) => {
    expect(toGrpc(new OrcError(code, 'why'))).toEqual({ code: status, message: 'why' });
  });

  it.each([new Error('password=hunter2'), 'password=hunter2', undefined])('tells nobody the text of an accident', (error) => {
    expect(toGrpc(error)).toEqual({ code: GrpcStatus.INTERNAL, message: 'internal error' });
  });
});

describe('fromGrpc', () => {
  it.each<[GrpcStatus, ErrorCode]>([
    [GrpcStatus.INVALID_ARGUMENT, 'not_found'],
    [GrpcStatus.NOT_FOUND, 'not_found'],
    [GrpcStatus.FAILED_PRECONDITION, 'invalid'],
    [GrpcStatus.UNIMPLEMENTED, 'invalid'],
    [GrpcStatus.DEADLINE_EXCEEDED, 'timeout'],
    [GrpcStatus.UNAVAILABLE, 'unavailable'],
    [GrpcStatus.RESOURCE_EXHAUSTED, 'unavailable'],
    [GrpcStatus.INTERNAL, 'internal'],
    [GrpcStatus.UNKNOWN, 'internal'],
  ])('takes status %i of a gateway for %s', (status, code) => {
    expect(fromGrpc(status, 'why')).toMatchObject({ code, message: 'why' });
  });

  it('says the status when the gateway says nothing', () => {
    expect(fromGrpc(13, '').message).toBe('the gateway answered with status 13');
  });
});

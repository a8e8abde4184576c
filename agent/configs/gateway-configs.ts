// The mconfig in force as Magma's protobuf (Magmad/GetConfigs).
import type { MessageInitShape } from '@bufbuild/protobuf';
import { fromJson } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { GatewayConfigsSchema } from '../../proto/gen/orc8r/protos/mconfig_pb.js';
import { mconfigRegistry } from '../../proto/mconfig-registry.ts';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { reasonOf } from '../log.ts';
import type { Mconfig } from './mconfig.ts';

/** Throws GrpcError: NOT_FOUND when no mconfig has arrived yet, DATA_LOSS when one of its configs cannot be told in protobuf. */
export function gatewayConfigs(mconfig: Mconfig | undefined): MessageInitShape<typeof GatewayConfigsSchema> {
  if (!mconfig) throw new GrpcError(GrpcStatus.NOT_FOUND, 'this gateway has no mconfig yet');
  const configs = Object.entries(mconfig.configsByKey).map(([key, config]) => {
    try {
      return [key, fromJson(AnySchema, config, { registry: mconfigRegistry, ignoreUnknownFields: true })] as const;
    } catch (error) {
      throw new GrpcError(GrpcStatus.DATA_LOSS, `the config of ${key} cannot be read: ${reasonOf(error)}`);
    }
  });
  return { configsByKey: Object.fromEntries(configs), metadata: { createdAt: BigInt(mconfig.createdAt) } };
}

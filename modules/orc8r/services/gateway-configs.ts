import { fromJson, type JsonObject, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { toBase64 } from '../../../core/identity/bytes.ts';
import { type Fault, invalid } from '../../../core/errors.ts';
import type { GatewayConfigs, GatewayConfigsSchema } from '../../../proto/gen/orc8r/protos/mconfig_pb.js';
import { mconfigRegistry } from '../../../proto/mconfig-registry.ts';
import type { GatewayConfigsModel } from '../schemas/gateway-configs.ts';

/** What a gateway holds, as REST shows it. A message of a type that is not known here is shown as its bytes. */
export function toGatewayConfigs({ configsByKey, metadata }: GatewayConfigs): GatewayConfigsModel {
  return {
    configs_by_key: Object.fromEntries(Object.entries(configsByKey).map(([key, config]) => [key, toConfig(config)])),
    ...(metadata ? { metadata: { created_at: Number(metadata.createdAt) } } : {}),
  };
}

function toConfig(config: Any): GatewayConfigsModel['configs_by_key'][string] {
  try {
    return toJson(AnySchema, config, { registry: mconfigRegistry }) as GatewayConfigsModel['configs_by_key'][string];
  } catch {
    return { '@type': config.typeUrl, value: toBase64(config.value) };
  }
}

/** What REST was given, as a gateway takes it. Error: `invalid`, naming each config that is no message of its type. */
export function fromGatewayConfigs({ configs_by_key, metadata }: GatewayConfigsModel): MessageInitShape<typeof GatewayConfigsSchema> {
  const faults: Fault[] = [];
  const configs = Object.entries(configs_by_key).flatMap(([key, config]) => {
    try {
      return [[key, fromJson(AnySchema, config as JsonObject, { registry: mconfigRegistry })] as const];
    } catch (error) {
      faults.push({ path: `body.configs_by_key.${key}`, message: error instanceof Error ? error.message : 'is not protobuf JSON' });
      return [];
    }
  });
  if (faults.length > 0) throw invalid(faults);
  return {
    configsByKey: Object.fromEntries(configs),
    ...(metadata?.created_at === undefined ? {} : { metadata: { createdAt: BigInt(metadata.created_at) } }),
  };
}

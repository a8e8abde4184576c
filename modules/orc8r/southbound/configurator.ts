import { create } from '@bufbuild/protobuf';
import { anyPack, BytesValueSchema } from '@bufbuild/protobuf/wkt';
import { OrcError } from '../../../core/errors.ts';
import { type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { SouthboundConfigurator } from '../../../proto/gen/orc8r/cloud/go/services/configurator/protos/southbound_pb.js';
import { GatewayConfigsSchema } from '../../../proto/gen/orc8r/protos/mconfig_pb.js';
import { CONFIGS } from '../streams/configs.ts';
import { desired } from './desired.ts';

interface MconfigDocument {
  readonly configsByKey: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly created_at: number };
}

/**
 * SouthboundConfigurator.GetMconfig: the content of stream `configs` as protobuf, each Any holding a BytesValue with the
 * JSON of its config, as Magma has it (SOUTHBOUND.md 7). GetMconfigInternal is not for gateways and is not served.
 */
export const configurator: readonly SouthboundMethod[] = [
  unary(SouthboundConfigurator.method.getMconfig, async (_request, context) => {
    const { updates } = await desired(CONFIGS, context);
    const [update] = updates;
    if (!update) throw new OrcError('aborted', 'there is no configuration for this gateway');
    const document = JSON.parse(new TextDecoder().decode(update.value)) as MconfigDocument;
    const configs = Object.entries(document.configsByKey).map(([key, config]) => {
      const value = new TextEncoder().encode(JSON.stringify(config));
      return [key, anyPack(BytesValueSchema, create(BytesValueSchema, { value }))] as const;
    });
    return create(GatewayConfigsSchema, {
      configsByKey: Object.fromEntries(configs),
      metadata: { createdAt: BigInt(document.metadata.created_at) },
    });
  }),
];

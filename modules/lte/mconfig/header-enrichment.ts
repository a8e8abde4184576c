import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  PipelineD_HEConfig_EncodingType,
  PipelineD_HEConfig_EncryptionAlgorithm,
  PipelineD_HEConfig_HashFunction,
  type PipelineD_HEConfigSchema,
} from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';

/** The gateway's `he_config`; an empty message, which means off, when it has none. REST and protobuf use the same names. */
export function headerEnrichment(config: GatewayCellularConfigs['he_config'] | null): MessageInitShape<typeof PipelineD_HEConfigSchema> {
  if (!config) return {};
  return {
    enableHeaderEnrichment: config.enable_header_enrichment,
    enableEncryption: config.enable_encryption,
    encryptionAlgorithm: PipelineD_HEConfig_EncryptionAlgorithm[config.he_encryption_algorithm],
    hashFunction: PipelineD_HEConfig_HashFunction[config.he_hash_function],
    encodingType: PipelineD_HEConfig_EncodingType[config.he_encoding_type],
    encryptionKey: config.encryption_key,
    hmacKey: config.hmac_key,
  };
}

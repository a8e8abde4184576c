import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SwxConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import { diameterClients } from './diameter.ts';
import type { Federation } from './federation-gateway.ts';

/** Key `swx_proxy`: towards the HSS of a partner, for Wi-Fi. Its servers are all in the list, none in the older `server`. */
export function swxProxy({ settings: { swx } }: Federation): readonly MconfigEntry[] {
  if (!swx) return [];
  return [
    entry('swx_proxy', SwxConfigSchema, {
      logLevel: LogLevel.INFO,
      servers: diameterClients(swx),
      verifyAuthorization: swx.verify_authorization,
      registerOnAuth: swx.register_on_auth,
      deriveUnregisterRealm: swx.derive_unregister_realm,
      CacheTTLSeconds: swx.cache_TTL_seconds,
      hlrPlmnIds: [...(swx.hlr_plmn_ids ?? [])],
    }),
  ];
}

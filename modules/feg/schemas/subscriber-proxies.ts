import { z } from 'zod';
import { base64Bytes, nullWhenUnset, uint32, uint64 } from '../../../core/rest/fields.ts';
import { serverAddress } from './address.ts';
import { diameterClientConfigs, diameterServerConfigs } from './diameter.ts';
import { plmnId } from './plmn-ids.ts';

export const s6a = z
  .object({
    server: diameterClientConfigs.optional(),
    plmn_ids: nullWhenUnset(z.array(plmnId())).describe('Networks whose subscribers are asked for here; none means all'),
  })
  .meta({ id: 's6a', description: 'Subscribers of LTE: towards the HSS of a partner' });

export const s8 = z
  .object({
    local_address: serverAddress().optional().describe('Address to send from'),
    pgw_address: serverAddress().optional().describe('Packet gateway of the partner'),
    apn_operator_suffix: serverAddress().optional().describe('What is put behind an APN to name the operator'),
  })
  .meta({ id: 's8', description: "Roaming: towards a partner's packet gateway" });

export const swx = z
  .object({
    server: diameterClientConfigs.optional(),
    servers: nullWhenUnset(z.array(diameterClientConfigs)).describe('Servers among which requests are spread; they count over `server`'),
    verify_authorization: z.boolean().optional().describe('Refuse subscribers who may not use access other than 3GPP'),
    register_on_auth: z.boolean().optional().describe('Register the gateway as serving a subscriber once authenticated'),
    derive_unregister_realm: z.boolean().optional().describe('Take the realm for deregistration from what registration answered'),
    cache_TTL_seconds: uint32().meta({ default: 10800 }).optional().describe('How long authentication vectors are kept, in seconds'),
    hlr_plmn_ids: nullWhenUnset(z.array(plmnId())).describe('Networks whose subscribers are asked for at an HLR'),
  })
  .meta({ id: 'swx', description: 'Subscribers on Wi-Fi: towards the HSS of a partner' });

export const subscriptionProfile = z
  .object({
    max_ul_bit_rate: uint64().optional().describe('Highest uplink rate, in bits per second'),
    max_dl_bit_rate: uint64().optional().describe('Highest downlink rate, in bits per second'),
  })
  .meta({ id: 'subscription_profile', description: 'Rates that a subscriber may use' });

export const hss = z
  .object({
    server: diameterServerConfigs.optional(),
    lte_auth_op: base64Bytes().optional().describe('Operator variant key (OP)'),
    lte_auth_amf: base64Bytes().optional().describe('Authentication management field'),
    default_sub_profile: subscriptionProfile.optional(),
    sub_profiles: z.record(z.string(), subscriptionProfile).optional().describe('Rates by name of a profile'),
    stream_subscribers: z.boolean().optional().describe('Serve the subscribers that the cloud streams'),
  })
  .meta({ id: 'hss', description: 'A subscriber server that the gateway runs itself, for trials' });

export const sctpClientConfigs = z
  .object({
    server_address: serverAddress().optional().describe('Where the server is'),
    local_address: serverAddress().optional().describe('Address to connect from'),
  })
  .meta({ id: 'sctp_client_configs', description: 'A server that the gateway dials over SCTP' });

export const csfb = z
  .object({ client: sctpClientConfigs.optional() })
  .meta({ id: 'csfb', description: 'Calls and messages over 2G and 3G: towards the MSC of a partner' });

export type S6a = z.infer<typeof s6a>;
export type S8 = z.infer<typeof s8>;
export type Swx = z.infer<typeof swx>;
export type Hss = z.infer<typeof hss>;
export type Csfb = z.infer<typeof csfb>;

import { z } from 'zod';
import { base64Bytes, nullWhenUnset, uint32, uint64 } from '../../../core/rest/fields.ts';
import { serverAddress } from './address.ts';
import { diameterClientConfigs, diameterServerConfigs } from './diameter.ts';
import { plmnId } from './plmn-ids.ts';

export const s6a = z
  .object({
    server: diameterClientConfigs.optional(),
    plmn_ids: nullWhenUnset(z.array(plmnId())).meta({
      description: 'Mobile networks whose subscribers are asked for at this HSS; none means all',
      examples: [['00101']],
    }),
  })
  .meta({ id: 's6a', description: 'Subscribers of LTE: towards the HSS of a partner' });

export const s8 = z
  .object({
    local_address: serverAddress()
      .optional()
      .meta({ description: 'Address and port that GTP messages are sent from', examples: ['10.0.0.1:2123'] }),
    pgw_address: serverAddress()
      .optional()
      .meta({ description: 'Address and port of the packet gateway (PGW) of the partner', examples: ['192.0.2.70:2123'] }),
    apn_operator_suffix: serverAddress()
      .optional()
      .meta({ description: 'What is put behind an APN to name the operator', examples: ['.operator.example'] }),
  })
  .meta({ id: 's8', description: "Roaming: towards a partner's packet gateway" });

export const swx = z
  .object({
    server: diameterClientConfigs.optional(),
    servers: nullWhenUnset(z.array(diameterClientConfigs)).describe(
      'Servers among which requests are spread; when there are any, `server` is not used',
    ),
    verify_authorization: z.boolean().optional().describe('Refuse subscribers who may not use access other than 3GPP'),
    register_on_auth: z.boolean().optional().describe('Register the gateway as serving a subscriber once authenticated'),
    derive_unregister_realm: z.boolean().optional().describe('Take the realm for deregistration from what registration answered'),
    cache_TTL_seconds: uint32().meta({ default: 10800 }).optional().describe('How long authentication vectors are kept, in seconds'),
    hlr_plmn_ids: nullWhenUnset(z.array(plmnId())).meta({
      description: 'Mobile networks whose subscribers are asked for at an HLR, not an HSS',
      examples: [['00102']],
    }),
  })
  .meta({ id: 'swx', description: 'Subscribers on Wi-Fi: towards the HSS of a partner' });

export const subscriptionProfile = z
  .object({
    max_ul_bit_rate: uint64()
      .optional()
      .meta({ description: 'Highest uplink rate that the test server grants, in bits per second', examples: [100000000] }),
    max_dl_bit_rate: uint64()
      .optional()
      .meta({ description: 'Highest downlink rate that the test server grants, in bits per second', examples: [200000000] }),
  })
  .meta({ id: 'subscription_profile', description: 'Rates that a subscriber may use' });

export const hss = z
  .object({
    server: diameterServerConfigs.optional(),
    lte_auth_op: base64Bytes()
      .optional()
      .meta({ description: 'Operator variant key (OP) of the test server, 16 bytes', examples: ['EREREREREREREREREREREQ=='] }),
    lte_auth_amf: base64Bytes()
      .optional()
      .meta({ description: 'Authentication management field (AMF) of the test server, two bytes', examples: ['gAA='] }),
    default_sub_profile: subscriptionProfile.optional(),
    sub_profiles: z.record(z.string(), subscriptionProfile).optional().describe('Rates by name of a profile'),
    stream_subscribers: z.boolean().optional().describe('Serve the subscribers that the cloud streams'),
  })
  .meta({ id: 'hss', description: 'A subscriber server that the gateway runs itself, for trials' });

export const sctpClientConfigs = z
  .object({
    server_address: serverAddress()
      .optional()
      .meta({ description: 'Address and port of the MSC or VLR', examples: ['192.0.2.71:29118'] }),
    local_address: serverAddress()
      .optional()
      .meta({ description: 'Address and port that the association comes from', examples: ['10.0.0.1:29118'] }),
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

import { describe, expect, it } from 'vitest';
import type { ContentEntity } from '../../../core/configurator/content.ts';
import { type EntityId, entityKey } from '../../../core/configurator/model.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { subscription } from '../../../test/support/subscribers.ts';
import { baseNames, ratingGroups } from './charging.ts';
import { contents } from './index.ts';
import { policyRules } from './policy-rules.ts';
import { networkWideRules, ruleMappings } from './rule-mappings.ts';
import { subscribers } from './subscribers.ts';
import { suciProfiles } from './suci-profiles.ts';

/** Protobuf by hand, so that field numbers and wire types are those of the contract whatever generated code says. */
type Part = number | string | Uint8Array | Part[];
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
const flat = (part: Part): number[] => {
  if (typeof part === 'number') return varint(part);
  if (typeof part === 'string') return [...new TextEncoder().encode(part)];
  return part instanceof Uint8Array ? [...part] : part.flatMap(flat);
};
/** A field of a number. */
const n = (field: number, value: number): Part => [field * 8, value];
/** A field of text, bytes or a message. */
const f = (field: number, ...parts: Part[]): Part => {
  const bytes = parts.flatMap(flat);
  return [field * 8 + 2, bytes.length, Uint8Array.from(bytes)];
};
const hex = (part: Part): string => Buffer.from(flat(part)).toString('hex');

const entity = (type: string, key: string, config: unknown, ...children: EntityId[]): ContentEntity => ({
  type,
  key,
  id: 1,
  config,
  children,
});
const id = (type: string, key: string): EntityId => ({ type, key });
const encoded = (set: ContentSet, root: ContentEntity, ...below: ContentEntity[]): string | undefined => {
  const value = set.encode({ networkId: 'n1', root, below: new Map(below.map((one) => [entityKey(one), one])) });
  return value && Buffer.from(value).toString('hex');
};

const key = Uint8Array.from({ length: 16 }, (_, index) => index);
const opc = Uint8Array.from({ length: 16 }, (_, index) => 16 + index);

describe('a subscriber', () => {
  const imsi = 'IMSI001010000000001';
  const internet = entity('apn', 'internet', {
    ambr: { max_bandwidth_ul: 1000, max_bandwidth_dl: 2000 },
    qos_profile: { class_id: 9, priority_level: 15, preemption_capability: true, preemption_vulnerability: false },
    pdn_type: 2,
  });
  const ims = entity('apn', 'ims', { ambr: { max_bandwidth_ul: 1, max_bandwidth_dl: 2 }, qos_profile: {} });
  const lte = f(3, n(1, 1), f(3, key), f(4, opc));
  const internetBytes = (own: Part = []) =>
    f(5, f(2, 'internet'), f(3, n(1, 9), n(2, 15), n(3, 1)), f(4, n(1, 1000), n(2, 2000)), n(5, 2), f(6, '10.0.0.7'), own);
  const imsBytes = f(5, f(2, 'ims'), f(3), f(4, n(1, 1), n(2, 2)));
  const whole = entity(
    'subscriber',
    imsi,
    { lte: subscription, static_ips: { internet: '10.0.0.7' }, forbidden_network_types: ['5GC'] },
    ...[id('apn', 'internet'), id('apn', 'ims'), id('policy', 'r1'), id('base_name', 'b1')],
  );
  const bytes = (apns: Part[]) => [f(1, f(1, '001010000000001')), lte, f(4, f(1, 'n1')), f(6, 'default'), f(7, ...apns), f(8, f(1, 1))];

  it('is SubscriberData with its access points in order of name', () => {
    expect(encoded(subscribers, whole, internet, ims)).toBe(hex(bytes([imsBytes, internetBytes()])));
  });

  it('is the same bytes each time, whatever order its access points came in', () => {
    const turned = { ...whole, children: [...whole.children].reverse() };
    expect(encoded(subscribers, turned, ims, internet)).toBe(encoded(subscribers, whole, internet, ims));
  });

  it('of little has the default profile and empty parts', () => {
    const { auth_opc: _, ...without } = { ...subscription, state: 'INACTIVE', sub_profile: '' };
    const bare = entity('subscriber', imsi, { lte: without }, id('apn', 'gone'));
    expect(encoded(subscribers, bare)).toBe(
      hex([f(1, f(1, '001010000000001')), f(3, f(3, key)), f(4, f(1, 'n1')), f(6, 'default'), f(7), f(8)]),
    );
  });

  it('is given the resources of the gateway that gets it, by name of the access point', () => {
    const network = { id: 'n1', type: 'lte', name: '', description: '', configs: {}, version: 1 };
    const full = (type: string, name: string, config: unknown, ...children: EntityId[]) => ({
      ...entity(type, name, config, ...children),
      ...{ name: '', description: '', physicalId: null, version: 1, parents: [], device: undefined },
    });
    const resource = { id: 'r', apn_name: 'internet', vlan_id: 7, gateway_ip: '10.1.1.1', gateway_mac: '0a:00:27:00:00:01' };
    const gateway = full('magmad_gateway', 'g1', {}, id('cellular_gateway', 'g1'));
    const entities = [gateway, full('cellular_gateway', 'g1', {}, id('apn_resource', 'r')), full('apn_resource', 'r', resource)];
    const view = { network, gateway, graph: { entities: new Map(entities.map((one) => [entityKey(one), one])) } };
    const share = subscribers.share?.of(view) ?? new Uint8Array();
    const item = subscribers.encode({ networkId: 'n1', root: whole, below: new Map([internet, ims].map((one) => [entityKey(one), one])) });
    const own = Buffer.from(subscribers.share?.apply(item ?? new Uint8Array(), share) ?? []).toString('hex');
    const told = f(7, f(1, 'internet'), f(2, '10.1.1.1'), f(3, '0a:00:27:00:00:01'), n(4, 7));
    expect(own).toBe(hex(bytes([imsBytes, internetBytes(told)])));
    const alone = { ...view, graph: { entities: new Map([[entityKey(gateway), gateway]]) } };
    expect(subscribers.share?.of(alone)).toBeUndefined();
  });

  it('does not leave a network that keeps its subscribers in the cloud', () => {
    expect(subscribers.withheld?.({})).toBeUndefined();
    expect(subscribers.withheld?.({ cellular_network: { epc: {} } })).toBeUndefined();
    expect(subscribers.withheld?.({ cellular_network: { epc: { cloud_subscriberdb_enabled: true } } })).toMatch(
      'cloud_subscriberdb_enabled',
    );
  });

  it('has its rules at all access points and at single ones', () => {
    const profile = entity('apn_policy_profile', `${imsi}___ims`, null, id('apn', 'ims'), id('policy', 'r2'), id('policy', 'r3'));
    const root = { ...whole, children: [...whole.children, id('apn_policy_profile', profile.key)] };
    expect(encoded(ruleMappings, root, profile)).toBe(hex([f(1, f(1, 'ims'), f(3, 'r2'), f(3, 'r3')), f(2, 'b1'), f(3, 'r1')]));
    expect(encoded(ruleMappings, entity('subscriber', imsi, { lte: subscription }))).toBe('');
  });
});

describe('a policy rule', () => {
  const flow = (match: object, action = 'PERMIT') => ({ action, match: { ip_proto: 'IPPROTO_TCP', direction: 'DOWNLINK', ...match } });
  const config = {
    flow_list: [
      flow({ ip_src: { version: 'IPv4', address: '192.168.0.0/24' }, tcp_dst: 80 }),
      flow({ ip_proto: 'IPPROTO_IP', direction: 'UPLINK', ip_dst: { version: 'IPv6', address: 'fd00::1' } }, 'DENY'),
    ],
    priority: 5,
    rating_group: 2,
    monitoring_key: 'bWtleTE=',
    tracking_type: 'OCS_AND_PCRF',
    app_name: 'YOUTUBE',
    app_service_type: 'VIDEO',
    service_identifier: 300,
    redirect: { support: 'ENABLED', address_type: 'URL', server_address: 'http://a' },
    header_enrichment_targets: ['http://b'],
  };
  const qos = { max_req_bw_ul: 10, max_req_bw_dl: 20, class_id: 5, gbr: { uplink: 1, downlink: 2 } };

  it('is PolicyRule with its flows, and the quality of service of its profile', () => {
    const profile = entity('policy_qos_profile', 'q', { ...qos, arp: { priority_level: 3, preemption_capability: true } });
    expect(encoded(policyRules, entity('policy', 'r1', config, id('policy_qos_profile', 'q')), profile)).toBe(
      hex([
        f(1, 'r1'),
        n(3, 5),
        n(4, 2),
        f(6, 'mkey1'),
        f(7, f(1, n(4, 80), n(7, 6), n(8, 1), f(10, f(2, '192.168.0.0/24')))),
        f(7, f(1, f(11, n(1, 1), f(2, 'fd00::1'))), n(2, 1)),
        // Capable of preempting others, not to be preempted: ENABLED is 0, DISABLED 1.
        f(8, n(1, 10), n(2, 20), n(3, 1), n(4, 2), n(5, 5), f(6, n(1, 3), n(3, 1))),
        f(9, n(1, 1), n(2, 2), f(3, 'http://a')),
        n(10, 2),
        f(12, n(1, 300)),
        n(13, 4),
        n(14, 3),
        f(15, f(1, 'http://b')),
      ]),
    );
  });

  it('of little is little; a monitoring key that is no base64 goes as it is', () => {
    const little = { flow_list: [], priority: 0, monitoring_key: 'not base64!' };
    expect(encoded(policyRules, entity('policy', 'r2', little))).toBe(hex([f(1, 'r2'), f(6, 'not base64!')]));
    expect(encoded(policyRules, entity('policy', 'r3', null))).toBe(hex(f(1, 'r3')));
  });
});

describe('the rest', () => {
  it('is as the contract has it', () => {
    expect(encoded(baseNames, entity('base_name', 'b1', null, id('policy', 'r1'), id('policy', 'r2')))).toBe(hex([f(2, 'r1'), f(2, 'r2')]));
    expect(encoded(ratingGroups, entity('rating_group', '7', { limit_type: 'INFINITE_UNMETERED' }))).toBe(hex([n(1, 7), n(2, 2)]));
    const wide = { network_wide_base_names: ['b1'], network_wide_rule_names: ['r1', 'r2'] };
    expect(encoded(networkWideRules, entity('network', '', { network_subscriber_config: wide }))).toBe(
      hex([f(10, 'b1'), f(11, 'r1'), f(11, 'r2')]),
    );
    expect(encoded(networkWideRules, entity('network', '', {}))).toBeUndefined();
  });

  it('keeps the keys of concealed identities off the streams', () => {
    const profile = {
      home_network_public_key_identifier: 2,
      home_network_public_key: 'AQI=',
      home_network_private_key: 'AwQ=',
      protection_scheme: 'ProfileB',
    };
    const network = entity('network', '', { cellular_network: { ngc: { suci_profiles: [profile] } } });
    const [pub, priv] = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    expect(encoded(suciProfiles, network)).toBe(hex(f(1, n(1, 2), n(2, 1), f(3, pub), f(4, priv))));
    expect(encoded(suciProfiles, entity('network', '', {}))).toBe('');
    expect(contents.filter(({ stream }) => stream).map(({ name }) => name)).not.toContain('suci_profiles');
  });
});

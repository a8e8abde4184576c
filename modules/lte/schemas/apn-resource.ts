import { z } from 'zod';
import { ipv4, nonEmpty, uint32 } from '../../../core/rest/fields.ts';
import { apnName } from './apn.ts';

const mac = () => z.string().regex(/^[\da-f]{2}(?:[:-][\da-f]{2}){5}$/i, { error: 'must be a MAC address such as 0a:00:27:00:00:01' });

export const apnResource = z
  .object({
    id: nonEmpty().meta({ description: 'Id of the resource, in use once in the network', examples: ['internet_agw1'] }),
    apn_name: apnName,
    vlan_id: uint32()
      .optional()
      .meta({ description: 'Tag of the VLAN that carries the traffic of the access point', examples: [100] }),
    gateway_ip: ipv4()
      .optional()
      .meta({ description: 'IPv4 address of the next hop for that traffic', examples: ['192.0.2.1'] }),
    gateway_mac: mac()
      .optional()
      .meta({ description: 'MAC address of the next hop; asked for by ARP when left out', examples: ['0a:00:27:00:00:01'] }),
  })
  .meta({ id: 'apn_resource', description: 'How one gateway reaches the packet network behind an access point' });

export const apnResources = z
  .record(z.string(), apnResource)
  .superRefine((resources, ctx) => {
    const seen = new Set<string>();
    for (const [name, { id, apn_name }] of Object.entries(resources)) {
      if (apn_name !== name)
        ctx.addIssue({ code: 'custom', path: [name, 'apn_name'], message: `must be "${name}", the key that it stands under` });
      if (seen.has(id)) ctx.addIssue({ code: 'custom', path: [name, 'id'], message: `"${id}" is the id of another resource here` });
      seen.add(id);
    }
  })
  .meta({
    id: 'apn_resources',
    description: 'Resources for access points, by name of the access point, which each repeats',
    examples: [
      { internet: { id: 'internet_agw1', apn_name: 'internet', vlan_id: 100, gateway_ip: '192.0.2.1', gateway_mac: '0a:00:27:00:00:01' } },
    ],
  });

export type ApnResource = z.infer<typeof apnResource>;
export type ApnResources = z.infer<typeof apnResources>;

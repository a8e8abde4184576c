import { z } from 'zod';
import { ipv4, nonEmpty, uint32 } from '../../../core/rest/fields.ts';
import { apnName } from './apn.ts';

const mac = () => z.string().regex(/^[\da-f]{2}(?:[:-][\da-f]{2}){5}$/i, { error: 'must be a MAC address such as 0a:00:27:00:00:01' });

export const apnResource = z
  .object({
    id: nonEmpty().describe('Id of the resource, one of its kind in the network'),
    apn_name: apnName,
    vlan_id: uint32().optional().describe('VLAN that carries the traffic of the access point'),
    gateway_ip: ipv4().optional().describe('Next hop for that traffic'),
    gateway_mac: mac().optional().describe('MAC address of the next hop'),
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
  .meta({ id: 'apn_resources', description: 'Resources for access points, by name of the access point' });

export type ApnResource = z.infer<typeof apnResource>;
export type ApnResources = z.infer<typeof apnResources>;

import { z } from 'zod';
import { int64, unset } from '../../../core/rest/fields.ts';

const tenantName = () =>
  z
    .string()
    .max(1024)
    .optional()
    .meta({ description: 'Name of the tenant for people', examples: ['Example Telecom'] });
const tenantNetworks = () =>
  z
    .array(z.string().min(1).max(255))
    .max(10_000)
    .meta({ description: 'Ids of the networks that belong to the tenant; they need not exist yet', examples: [['city']] });
const tenantId = () =>
  int64()
    .min(0)
    .meta({ description: 'Number of the tenant, chosen by who makes it', examples: [1] });

export const tenant = z
  .object({ id: tenantId(), name: tenantName(), networks: tenantNetworks() })
  .meta({ id: 'tenant', description: 'Some networks under one owner' });

/** As it is replaced: the number stands in the URL already. */
export const changedTenant = z
  .object({ id: tenantId().optional(), name: tenantName(), networks: tenantNetworks() })
  .meta({ id: 'changed_tenant', description: 'A tenant as it is to be' });

export const controlProxy = z
  .object({
    control_proxy: unset(z.string().max(64 * 1024), 'null').meta({
      description: 'Text of the control_proxy.yml that gateways are given when they register',
      examples: ['cloud_address: controller.orc8r.test\ncloud_port: 8443\n'],
    }),
  })
  .meta({ id: 'control_proxy', description: 'How gateways of a tenant reach the platform' });

import { networkById } from '../../../core/configurator/load.ts';
import { invalid, notFound } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { nonEmpty, pathParams } from '../../../core/rest/fields.ts';
import { commitNetwork, networkPart } from '../../../core/rest/network-part.ts';
import { newIdFaults } from '../../../core/rest/new-id.ts';
import { answers, created, createdWith, done, noContent, ok } from '../../../core/rest/reply.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import { type DnsConfigRecord, dnsConfigRecord, type NetworkDnsConfig, networkDnsRecords } from '../schemas/network-dns-config.ts';
import { addRecord, dnsOf, recordOf, removeRecord, replaceRecord, withRecords } from '../services/dns-records.ts';
import { configOf, DNS } from '../services/network.ts';
import type { NetworkFamily } from './families.ts';

const one = pathParams('network_id', 'domain');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** The DNS records of a network, together and one by one. */
export function dnsRecordRoutes({ base, name, tag }: NetworkFamily): Route[] {
  const path = `${base}/{network_id}/dns/records/{domain}`;
  return [
    ...networkPart({
      path: `${base}/{network_id}/dns/records`,
      name: `${name}DnsRecords`,
      tag,
      what: 'DNS records of a network',
      schema: networkDnsRecords,
      read: (network) => {
        const dns = configOf<NetworkDnsConfig>(network, DNS);
        return dns && (dns.records ?? []);
      },
      write: (records, network) => {
        const dns = configOf<NetworkDnsConfig>(network, DNS);
        if (!dns) throw invalid(`network "${network.id}" has no DNS settings yet; put dns first`);
        return [{ do: 'update_network', configs: { [DNS]: withRecords(dns, records) } }];
      },
      merges: true,
    }),
    route({
      method: 'get',
      path,
      operationId: `get${name}DnsRecord`,
      tag,
      summary: 'Read the DNS record of one name',
      permission: reads,
      params: one,
      responses: answers(dnsConfigRecord, 'The record', 'ETag'),
      handle: async ({ params: { network_id: id, domain } }, ctx) => {
        const [network] = await ctx.read(networkById({ id }));
        if (!network) throw notFound(`network "${id}"`);
        return ok(recordOf(dnsOf(network), domain), [network.version]);
      },
    }),
    route({
      method: 'post',
      path,
      operationId: `create${name}DnsRecord`,
      tag,
      summary: 'Add a DNS record',
      permission: writes,
      guarded: true,
      params: one,
      body: dnsConfigRecord,
      validate: (input) => [...newIdFaults(input.body.domain, 'body.domain'), ...sameDomain(input)],
      responses: createdWith(nonEmpty().meta({ examples: ['cache.example.com'] }), 'The name'),
      handle: async ({ params: { network_id: id, domain }, body }, ctx) => {
        await changeDns(ctx, id, (dns) => addRecord(dns, domain, body));
        return created(domain);
      },
    }),
    route({
      method: 'put',
      path,
      operationId: `put${name}DnsRecord`,
      tag,
      summary: 'Replace the DNS record of one name',
      permission: writes,
      params: one,
      body: dnsConfigRecord,
      validate: sameDomain,
      responses: done,
      handle: async ({ params: { network_id: id, domain }, body }, ctx) => {
        await changeDns(ctx, id, (dns) => replaceRecord(dns, domain, body));
        return noContent();
      },
    }),
    route({
      method: 'delete',
      path,
      operationId: `delete${name}DnsRecord`,
      tag,
      summary: 'Delete the DNS record of one name',
      permission: writes,
      params: one,
      responses: done,
      handle: async ({ params: { network_id: id, domain } }, ctx) => {
        await changeDns(ctx, id, (dns) => removeRecord(dns, domain));
        return noContent();
      },
    }),
  ];
}

const sameDomain = ({ params: { domain }, body }: { params: { domain: string }; body: DnsConfigRecord }) =>
  sameIdFaults(domain, body.domain, 'body.domain');

/** Errors: `not_found` for the network or its DNS settings, and those of `change`. */
function changeDns(ctx: RequestContext, id: string, change: (dns: NetworkDnsConfig) => NetworkDnsConfig): Promise<void> {
  return rewrite(ctx, async () => {
    const [network] = await ctx.read(networkById({ id }));
    if (!network) throw notFound(`network "${id}"`);
    await commitNetwork(ctx, network, [{ do: 'update_network', configs: { [DNS]: change(dnsOf(network)) } }], true);
  });
}

import type { Network } from '../../../core/configurator/model.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import type { DnsConfigRecord, NetworkDnsConfig } from '../schemas/network-dns-config.ts';
import { configOf, DNS } from './network.ts';

/** Error: `not_found` for a network without DNS settings. */
export function dnsOf(network: Network): NetworkDnsConfig {
  const dns = configOf<NetworkDnsConfig>(network, DNS);
  if (!dns) throw notFound(`DNS settings of network "${network.id}"`);
  return dns;
}

export const withRecords = (dns: NetworkDnsConfig, records: readonly DnsConfigRecord[]): NetworkDnsConfig => ({
  ...dns,
  records: [...records],
});

/** Error: `not_found`. */
export function recordOf(dns: NetworkDnsConfig, domain: string): DnsConfigRecord {
  const record = dns.records?.find((each) => each.domain === domain);
  if (!record) throw notFound(`DNS record "${domain}"`);
  return record;
}

/** Error: `conflict` when the domain has one already. */
export function addRecord(dns: NetworkDnsConfig, domain: string, record: DnsConfigRecord): NetworkDnsConfig {
  if (dns.records?.some((each) => each.domain === domain)) throw conflict(`DNS record "${domain}"`);
  return withRecords(dns, [...(dns.records ?? []), record]);
}

/** Error: `not_found`. */
export function replaceRecord(dns: NetworkDnsConfig, domain: string, record: DnsConfigRecord): NetworkDnsConfig {
  const old = recordOf(dns, domain);
  return withRecords(
    dns,
    (dns.records ?? []).map((each) => (each === old ? record : each)),
  );
}

/** Error: `not_found`. */
export function removeRecord(dns: NetworkDnsConfig, domain: string): NetworkDnsConfig {
  recordOf(dns, domain);
  return withRecords(
    dns,
    (dns.records ?? []).filter((each) => each.domain !== domain),
  );
}

import type { TlsClient } from './client.ts';

/** Who is asking: an operator with what they were granted, or a gateway. */
export type Principal =
  | { readonly kind: 'operator'; readonly id: string; readonly grants: readonly Grant[]; readonly credential: Credential }
  | {
      readonly kind: 'gateway';
      readonly hardwareId: string;
      readonly networkId: string;
      readonly gatewayId: string;
      /** What it came with; `expiresAt` in unix milliseconds. */
      readonly certificate: { readonly serial: string; readonly expiresAt: number };
    }
  /** Whoever calls a route of scope `anyone`: there credentials are not even looked at. */
  | { readonly kind: 'nobody' };

/** By what an operator was let in: the id of a token, or the serial number of a certificate. */
export type Credential = { readonly token: string } | { readonly certificate: string };

/** One line of an operator's access list. `network` and `tenant` take an id or `*`, `uri` a glob over path and query. */
export interface Grant {
  readonly effect: 'ALLOW' | 'DENY';
  /** WRITE implies READ. */
  readonly action: 'READ' | 'WRITE';
  readonly resourceType: 'all' | 'network' | 'tenant' | 'uri';
  readonly resource: string;
  /** For a tenant: its networks, which the grant covers. */
  readonly networks?: readonly string[];
}

/**
 * What a route needs. Scope `network`: the route's `network_id`. `networks`: the collection; reading it needs only an
 * operator, since the list holds the permitted ones, writing needs all networks. `tenant`: the route's `tenant_id`. `tenants`:
 * as `networks`. `all`: everything. `operator`: any operator. `anyone`: no credentials at all.
 */
export interface Permission {
  readonly action: 'read' | 'write';
  readonly scope: 'network' | 'networks' | 'tenant' | 'tenants' | 'all' | 'operator' | 'anyone';
}

/** The actor of what was done without credentials, or with such as are not known. */
export const ANONYMOUS = 'anonymous';

/** The actor of what was refused to a certificate, whose owner is known only once it is good. */
export const certificateActor = (tls: Pick<TlsClient, 'serial'> | undefined): string => (tls ? `certificate:${tls.serial}` : ANONYMOUS);

/** The name of an actor in revisions and audit rows: `operator:admin`, `gateway:<hardware id>`. */
export function actorName(principal: Principal): string {
  if (principal.kind === 'nobody') return ANONYMOUS;
  return principal.kind === 'operator' ? `operator:${principal.id}` : `gateway:${principal.hardwareId}`;
}

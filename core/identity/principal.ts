/** Who is asking: an operator with what they were granted, or a gateway. */
export type Principal =
  | { readonly kind: 'operator'; readonly id: string; readonly grants: readonly Grant[]; readonly via: 'certificate' | 'token' }
  | {
      readonly kind: 'gateway';
      readonly hardwareId: string;
      readonly networkId: string;
      readonly gatewayId: string;
      /** What it came with; `expiresAt` in unix milliseconds. */
      readonly certificate: { readonly serial: string; readonly expiresAt: number };
    };

/** One line of an operator's access list. `network` and `tenant` take an id or `*`, `uri` a glob over path and query. */
export interface Grant {
  readonly effect: 'ALLOW' | 'DENY';
  /** WRITE implies READ. */
  readonly action: 'READ' | 'WRITE';
  readonly resourceType: 'all' | 'network' | 'tenant' | 'uri';
  readonly resource: string;
}

/**
 * What a route needs. Scope `network`: the route's `network_id`. `networks`: the collection; reading it needs only an
 * operator, since the list holds the permitted ones, writing needs all networks. `all`: everything. `operator`: any operator.
 */
export interface Permission {
  readonly action: 'read' | 'write';
  readonly scope: 'network' | 'networks' | 'all' | 'operator';
}

/** The name of an actor in revisions and audit rows: `operator:admin`, `gateway:<hardware id>`. */
export const actorName = (principal: Principal): string =>
  principal.kind === 'operator' ? `operator:${principal.id}` : `gateway:${principal.hardwareId}`;

/** Where the routes of one family of networks live, and what they are called. */
export interface NetworkFamily {
  /** `/networks`, `/lte`. */
  readonly base: string;
  /** Begins the operation ids: `Network`, `LteNetwork`. */
  readonly name: string;
  readonly tag: string;
}

/** Where the routes of one family of gateways live, and what they are called. */
export interface GatewayFamily {
  /** `/networks`, `/lte`. */
  readonly base: string;
  /** Begins the operation ids: `Gateway`, `LteGateway`. */
  readonly name: string;
  readonly tag: string;
}

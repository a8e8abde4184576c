/**
 * A command that gateways carry out by its name (Magmad's GenericCommand). Declared by a module it may be given to every gateway, unless a network
 * or gateway takes it away; whether a gateway knows it is the gateway's business. Nothing that runs whatever it is told belongs here.
 */
export interface GatewayCommand {
  readonly name: string;
  /** What it does, for operators. */
  readonly description: string;
}

export interface ModuleCommand extends GatewayCommand {
  /** The module that declares it. */
  readonly module: string;
}

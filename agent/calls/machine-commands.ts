// What the operator of this machine allows the cloud to do with it; what is not here is refused.
export interface MachineCommands {
  /** Command lines. */
  rebootCommand?: string;
  /** `{service}` stands for the name. */
  restartCommand?: string;
  /** Start and stop all services. */
  startCommand?: string;
  stopCommand?: string;
  /** `{action}` stands for `check`, `enable` or `disable`. */
  statelessCommand?: string;
  /** Generic commands: name to command line. */
  genericCommands?: Readonly<Record<string, string>>;
  /** Log files that may be followed: service to path. */
  logFiles?: Readonly<Record<string, string>>;
}

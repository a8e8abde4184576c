import type {
  CommandActor,
  CommandPage,
  CommandRecord,
  CommandState,
  GivenCommand,
  NewCommand,
  WholeCommand,
} from '../core/module/commands.ts';

/** What the door says to a gateway's object about commands. Whatever is asked of another gateway than this hardware serves has no answer. */
export interface GatewayCommandPort {
  giveCommand(networkId: string, gatewayId: string, command: NewCommand): Promise<GivenCommand>;
  /** Newest first. */
  commands(networkId: string, gatewayId: string, page: CommandPage): Promise<readonly CommandRecord[]>;
  command(networkId: string, gatewayId: string, id: string): Promise<WholeCommand | null>;
  /** Takes back one that waits. Answers the state in which it was found. */
  cancelCommand(networkId: string, gatewayId: string, id: string, by: CommandActor): Promise<CommandState | null>;
}

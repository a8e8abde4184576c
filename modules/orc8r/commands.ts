import type { GatewayCommand } from '../../core/module/facets.ts';

/** Magma's commands that every kind of gateway may know (SOUTHBOUND.md 5); `bash` and `fab` run whatever they are told and are not among them. */
export const commands: readonly GatewayCommand[] = [
  { name: 'echo', description: 'Answers its parameters: shows that commands arrive' },
  { name: 'health', description: "Reports how the gateway's services are" },
];

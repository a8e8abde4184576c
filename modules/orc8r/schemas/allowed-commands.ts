import { z } from 'zod';
import { nonEmpty } from '../../../core/rest/fields.ts';

const MOST = 200;

const name = () =>
  nonEmpty()
    .max(255)
    .regex(/^[\w.:@-]+$/, { error: 'must be made of letters, digits and _ . : @ -' })
    .meta({ description: 'Name of a generic command, as `command` of `command/generic` has it', examples: ['show_routes'] });

const description = () =>
  z
    .string()
    .max(1000)
    .meta({
      description: 'What the command does, for those who are to choose from the list',
      examples: ['Shows the routes of the gateway'],
    });

const allowedCommand = z
  .object({ name: name(), description: description().optional() })
  .meta({ id: 'allowed_command', description: 'A generic command that is allowed beyond those that are anyway' });

/** What one level (a network, a gateway) says. Stored as it is. */
export const commandRules = z
  .object({
    allow: z
      .array(allowedCommand)
      .max(MOST)
      .optional()
      .meta({ description: `Commands that are allowed here, at most ${MOST}` }),
    deny: z
      .array(name())
      .max(MOST)
      .optional()
      .meta({
        description: `Commands that are not allowed here, whoever allows them further up; at most ${MOST}`,
        examples: [['reboot_all_enodeb']],
      }),
  })
  .superRefine(({ allow = [], deny = [] }, ctx) => {
    const seen = new Set<string>();
    for (const [index, command] of allow.entries()) {
      const path = ['allow', index, 'name'];
      if (seen.has(command.name)) ctx.addIssue({ code: 'custom', path, message: `"${command.name}" is listed twice` });
      if (deny.includes(command.name)) ctx.addIssue({ code: 'custom', path, message: `"${command.name}" is both allowed and denied` });
      seen.add(command.name);
    }
  })
  .meta({ id: 'command_rules', description: 'Which generic commands are allowed, beyond what is allowed further up or against it' });

const effectiveCommand = z
  .object({
    name: name(),
    description: description().optional(),
    source: z.enum(['module', 'network', 'gateway']).meta({
      description: 'Who allows it: a module of the platform to every gateway, the network to its gateways, or the gateway',
      examples: ['module'],
    }),
    module: z
      .string()
      .optional()
      .meta({ description: 'Name of that module; left out for the others', examples: ['lte'] }),
  })
  .meta({ id: 'effective_command', description: 'A generic command that may be given' });

export const allowedCommands = z
  .object({
    allow: z.array(allowedCommand).describe('Commands that are allowed here beyond those that are anyway'),
    deny: z.array(name()).meta({ description: 'Commands that are not allowed here', examples: [['reboot_all_enodeb']] }),
    commands: z.array(effectiveCommand).describe('All that comes of it, sorted by name: these may be given, others are refused'),
  })
  .meta({ id: 'allowed_commands', description: 'Which generic commands may be given' });

export type CommandRules = z.infer<typeof commandRules>;
export type AllowedCommands = z.infer<typeof allowedCommands>;
export type EffectiveCommand = z.infer<typeof effectiveCommand>;

import { z } from 'zod';
import { COMMAND_STATES } from '../../../core/module/commands.ts';

const AT = 1_767_182_400_000;
const momentOrNone = (description: string) =>
  z
    .int()
    .nullable()
    .meta({ description, examples: [AT] });

export const commandState = z.enum(COMMAND_STATES).meta({
  description:
    'How far it is: `queued` waits for the gateway to connect; `running` was sent; `done`; `failed`; `refused` by the gateway or for lack of ' +
    'room; `expired` and `cancelled` were never sent; `unknown` was sent, whether the gateway acted is not known, and it is not sent again',
  examples: ['done'],
});

const GIVEN = {
  id: '0b9c8c57-3f0e-4b5e-8a43-2f6f0a5d7c11',
  name: 'ping',
  state: 'done',
  detail: { hosts: ['8.8.8.8'], packets: 4 },
  actor: 'operator:admin',
  request_id: '4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11',
  given_at: AT,
  expires_at: null,
  sent_at: AT + 2,
  ended_at: AT + 3040,
  error: null,
  answer_bytes: 120,
};

/** What a command is shown as while it waits, for the document. */
export const waitingCommand = (name: string) => ({
  ...GIVEN,
  name,
  state: 'queued',
  detail: {},
  expires_at: AT + 86_400_000,
  sent_at: null,
  ended_at: null,
  answer_bytes: null,
});

/** One that is done, with what it answered. */
export const doneCommand = {
  ...GIVEN,
  answer: {
    pings: [{ host_or_ip: '8.8.8.8', num_packets: 4, packets_transmitted: 4, packets_received: 4, avg_response_ms: 11.3 }],
  },
};

export const command = z
  .object({
    id: z.string().meta({ description: 'Id of the command', examples: ['0b9c8c57-3f0e-4b5e-8a43-2f6f0a5d7c11'] }),
    name: z.string().meta({ description: 'What the gateway was told to do, as in `command/<name>`', examples: ['ping'] }),
    state: commandState,
    detail: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What of its parameters the audit log shows; never secrets', examples: [{ hosts: ['8.8.8.8'], packets: 4 }] }),
    actor: z.string().meta({ description: 'Who gave it, as in the audit log', examples: ['operator:admin'] }),
    request_id: z
      .string()
      .meta({ description: 'Id of the request by which it was given', examples: ['4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'] }),
    given_at: z.int().meta({ description: 'When it was given, unix milliseconds', examples: [AT] }),
    expires_at: momentOrNone('Until when it may wait to be sent, unix milliseconds; null: it was not to wait'),
    sent_at: momentOrNone('When it went out to the gateway, unix milliseconds; null: it has not'),
    ended_at: momentOrNone('When it ended, unix milliseconds; null: it has not'),
    error: z
      .object({
        code: z.string().meta({ description: 'The reason, a fixed word as in a refusal', examples: ['timeout'] }),
        message: z.string().meta({
          description: 'What went wrong, for a person; empty for those who may only read the network',
          examples: ['gateway agw1: the gateway did not answer within 15 s'],
        }),
      })
      .nullable()
      .describe('Why it was not done; null when nothing went wrong'),
    answer_bytes: z
      .int()
      .nullable()
      .meta({ description: "Size of the gateway's answer as it came; more than 65536 are not kept. Null: it gave none", examples: [120] }),
    answer: z
      .unknown()
      .optional()
      .meta({
        description:
          'What the command answered, in the form of its own reply. Only of a single command, and only for those who may write the network',
        examples: [{ response: { returncode: 0 } }],
      }),
  })
  .meta({ id: 'gateway_command', description: 'A command that a gateway was given, and what became of it', examples: [GIVEN] });

export const commandPage = z
  .object({
    commands: z.array(command).describe('The commands of this page, the newest first'),
    page_token: z
      .string()
      .meta({ description: 'Token of the page of commands before these; empty when there are none', examples: ['NDI'] }),
  })
  .meta({ id: 'gateway_command_page', description: 'Commands that a gateway was given, newest first' });

export type Command = z.infer<typeof command>;

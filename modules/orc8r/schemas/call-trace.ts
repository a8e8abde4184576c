import { z } from 'zod';
import { nonEmpty, uint32, unset } from '../../../core/rest/fields.ts';

/** It names a file on the gateway and the download here. */
const traceId = nonEmpty()
  .max(255)
  .regex(/^[\w.:@-][\w .:@-]*$/, { error: 'must hold letters, digits, space and _ . : @ - only, and not begin with a space' });

const filter = (what: string, example: string) =>
  z
    .string()
    .max(1024)
    .optional()
    .meta({ description: what, examples: [example] });

export const callTraceConfig = z
  .object({
    trace_id: traceId.meta({ description: 'Id of the trace, in use once in the network', examples: ['attach-problem-1'] }),
    trace_type: z.enum(['GATEWAY']).meta({ description: 'What is traced: all traffic of a gateway', examples: ['GATEWAY'] }),
    gateway_id: z
      .string()
      .max(255)
      .optional()
      .meta({ description: 'The gateway that makes the capture; it has to be connected', examples: ['agw1'] }),
    timeout: uint32()
      .optional()
      .meta({ description: 'Ends the trace by itself after so many seconds', examples: [300] }),
    capture_filters: filter('What is captured, in the language of libpcap', 'sctp port 36412'),
    display_filters: filter("What is kept of that, in Wireshark's language", 's1ap'),
  })
  .meta({ id: 'call_trace_config', description: 'What a call trace captures, and where' });

export const callTraceState = z
  .object({
    call_trace_available: z
      .boolean()
      .optional()
      .meta({ description: 'Its capture can be downloaded', examples: [true] }),
    call_trace_ending: z
      .boolean()
      .optional()
      .meta({ description: 'It was ended, or ended by itself', examples: [true] }),
  })
  .meta({ id: 'call_trace_state', description: 'How far a call trace is' });

export const callTrace = z
  .object({
    config: unset(callTraceConfig.describe('What it captures'), 'null'),
    state: callTraceState.optional().describe('How far it is'),
  })
  .meta({ id: 'call_trace', description: 'A capture of the traffic of one gateway' });

export const mutableCallTrace = z
  .object({ requested_end: unset(z.boolean().meta({ description: 'True ends the trace', examples: [true] }), 'null') })
  .meta({ id: 'mutable_call_trace', description: 'A wish to end a call trace' });

/** What is stored of a trace; its capture is with the hardware that made it. */
export const storedCallTrace = callTrace.extend({ hardware_id: z.string() }).meta({ id: undefined });

export type CallTraceConfig = z.infer<typeof callTraceConfig>;
export type StoredCallTrace = z.infer<typeof storedCallTrace>;

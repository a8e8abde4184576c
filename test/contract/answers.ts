import type { Answered } from './platform.ts';

export interface Envelope {
  readonly message: string;
  readonly code: string;
  readonly request_id: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

/** What is wrong with a refusal; undefined: nothing. */
export function refusalFault({ status, text, headers }: Answered, wanted: number): string | undefined {
  if (status !== wanted) return `${status} instead of ${wanted}: ${text.slice(0, 300)}`;
  let body: Envelope;
  try {
    body = JSON.parse(text) as Envelope;
  } catch {
    return `its refusal is not JSON: ${text.slice(0, 100)}`;
  }
  if (!body.message || !body.code || body.request_id !== headers.get('x-request-id')) return `not the envelope: ${text.slice(0, 300)}`;
  if (/SQLITE|D1_ERROR|\bat .*:\d+:\d+|TypeError/.test(text)) return `shows what is inside: ${text.slice(0, 300)}`;
  return undefined;
}

export const pathsOf = ({ text }: Answered): readonly string[] => ((JSON.parse(text) as Envelope).faults ?? []).map(({ path }) => path);

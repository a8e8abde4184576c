import type { components } from './schema.ts';

/** The one form of every refusal, as it comes. */
export type Refusal = components['schemas']['error'];

/** A refusal of the platform. `code` is made for programs, `message` for people; `requestId` finds the request in the log. */
export class OrchestratorError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  /** Each fault of the request with its place, when the request was wrong. */
  readonly faults: NonNullable<Refusal['faults']>;

  constructor(status: number, refusal: Refusal) {
    super(refusal.message);
    this.name = 'OrchestratorError';
    this.status = status;
    this.code = refusal.code;
    this.requestId = refusal.request_id;
    this.faults = refusal.faults ?? [];
  }
}

/** The refusal in an answer that is none of success. Something between here and the platform may have answered in another form. */
export function refusalOf(response: Response, error: unknown): OrchestratorError {
  if (isRefusal(error)) return new OrchestratorError(response.status, error);
  const message = `the platform answered ${response.status} ${response.statusText}`.trim();
  return new OrchestratorError(response.status, { message, code: 'unknown', request_id: response.headers.get('x-request-id') ?? '' });
}

function isRefusal(value: unknown): value is Refusal {
  if (typeof value !== 'object' || value === null) return false;
  const { message, code, request_id: requestId } = value as Partial<Refusal>;
  return typeof message === 'string' && typeof code === 'string' && typeof requestId === 'string';
}

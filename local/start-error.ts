/** A start that cannot go on, told to the operator in one line that names the fix; it is shown without a stack. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StartError';
  }
}

/** The `code` of a Node system error (`EADDRINUSE`), or an empty string. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As long as a client may go on sending what nobody wants, milliseconds. */
const PATIENCE_MS = 4_000;

/**
 * Reads and drops what a handler left of a request's body; readers leave it open with `preventCancel`. When much of it stays unread,
 * workerd breaks the connection off, and the client sees that instead of the answer. Never throws.
 */
export async function dropUnread({ body, headers }: Pick<Request, 'body' | 'headers'>): Promise<void> {
  // An empty body is a stream too; to find its end costs more than a look at the header.
  if (!body || body.locked || headers.get('content-length') === '0') return;
  const reader = body.getReader();
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), PATIENCE_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The client has gone.
  } finally {
    clearTimeout(timer);
  }
}

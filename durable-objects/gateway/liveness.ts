import { KEEPALIVE_TIMEOUT_MS } from '../../core/wire/limits.ts';

/**
 * A gateway pings twice a minute whatever else it does (docs/protocol.md). One that was not heard of for this long is gone, even when
 * TCP has not noticed: its machine lost power, or a middlebox forgot the connection. Twice what the gateway itself waits for a pong,
 * so that a gateway which is there has long made another connection.
 */
export const SILENCE_MS = 2 * KEEPALIVE_TIMEOUT_MS;

/** When the gateway behind a socket was last heard of, unix milliseconds; pings are answered, and noted, without waking the object. */
export function lastHeard(state: DurableObjectState, socket: WebSocket, since: number): number {
  return Math.max(since, state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0);
}

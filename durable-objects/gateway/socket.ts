import type { GatewayClient } from '../ports.ts';

/** What survives hibernation with a socket. */
export interface Attachment {
  readonly client: GatewayClient;
  readonly since: number;
  /** Set by the hello: the streams this gateway takes by push. */
  readonly streams: readonly string[] | null;
  /** False: the network has not been told of this connection yet. */
  readonly attached: boolean;
}

/** What was attached, as long as the object is awake: reading it back costs more than handling a short frame. */
const remembered = new WeakMap<WebSocket, Attachment>();

export function attach(socket: WebSocket, value: Attachment): void {
  socket.serializeAttachment(value);
  remembered.set(socket, value);
}

export function attachment(socket: WebSocket): Attachment {
  const known = remembered.get(socket);
  if (known) return known;
  const value = socket.deserializeAttachment() as Attachment;
  remembered.set(socket, value);
  return value;
}

/** Closes without minding a socket that is gone already. */
export function close(socket: WebSocket, code: number, reason: string): void {
  try {
    // A reason holds 123 bytes at most (RFC 6455, 5.5).
    socket.close(code, reason.slice(0, 120));
  } catch {
    // Closed by the other side in the meantime.
  }
}

/** Sends unless the socket is closing; whatever is lost so is found again at the next hello. */
export function send(socket: WebSocket, data: ArrayBuffer | Uint8Array): boolean {
  if (socket.readyState !== WebSocket.OPEN) return false;
  try {
    socket.send(data);
    return true;
  } catch {
    return false;
  }
}

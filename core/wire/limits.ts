// The numbers of docs/protocol.md that both ends share.

/** The WebSocket subprotocol of the southbound socket. */
export const SUBPROTOCOL = 'orc8r.v1';

/** Largest frame in bytes, both ways. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Pieces in which a larger message of an answer travels, in bytes: others get their turn between them. */
export const FRAGMENT_BYTES = 1024 * 1024;
/** All messages of one answer together, in bytes. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Answers that a gateway is not known to have read, in bytes: further ones are refused. */
export const MAX_UNREAD_BYTES = 40 * 1024 * 1024;
export const MAX_POSITIONS = 32;
/** In characters. */
export const MAX_STREAM_NAME = 64;
/** In characters. */
export const MAX_AGENT_VERSION = 64;
/** `resume` of a part of an update, in characters. */
export const MAX_RESUME = 2048;
/** In characters. */
export const MAX_NACK_REASON = 1024;
/** In characters. */
export const MAX_NACK_PATH = 256;
/** Open calls from one gateway to the cloud. */
export const MAX_GATEWAY_CALLS = 64;
/** Open calls from the cloud to one gateway. */
export const MAX_CLOUD_CALLS = 50;
/** How many of them may be streams, so that followed logs leave room for commands. */
export const MAX_CLOUD_STREAMS = 10;
/**
 * Magma's gateways report all that changed in one request, after an outage everything, and the same again until it is taken. So it is the frame
 * that bounds a report; this is more than a frame holds of real states.
 */
export const MAX_STATES_PER_REPORT = 50_000;

export const KEEPALIVE_SECONDS = 30;
/** How much earlier or later than KEEPALIVE_SECONDS a ping may go, as a share of it. */
export const KEEPALIVE_JITTER = 0.2;
/** Without a pong for this long the gateway takes the connection for dead. */
export const KEEPALIVE_TIMEOUT_MS = 75_000;
export const KEEPALIVE_REQUEST = 'ping';
export const KEEPALIVE_RESPONSE = 'pong';

export const HELLO_TIMEOUT_MS = 10_000;
/** How long the cloud takes at most for a call without `timeout_ms`. */
export const CALL_TIMEOUT_MS = 30_000;
/** How long a call to the gateway may be silent. */
export const SYNC_RPC_IDLE_MS = 15_000;
/** A streamed reply is cut off after this. */
export const MAX_STREAM_MS = 3_600_000;
/** How often a gateway says that a silent call is still alive. */
export const SYNC_RPC_KEEP_ACTIVE_MS = 10_000;

/** WebSocket close codes. */
export const CloseCode = {
  goingAway: 1001,
  unexpectedText: 1003,
  frameTooLarge: 1009,
  badFrame: 4400,
  certificateRefused: 4401,
  gatewayRemoved: 4403,
  helloTimeout: 4408,
  replaced: 4409,
  silent: 4410,
  unread: 4411,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

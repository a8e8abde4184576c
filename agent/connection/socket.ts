// One WebSocket to the controller over mTLS, from opening to its one and only end.
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { BodiedFrame } from '../../core/wire/frame.ts';
import { decodeFrame, FrameError } from '../../core/wire/frame.ts';
import { CloseCode, MAX_FRAME_BYTES, SUBPROTOCOL } from '../../core/wire/limits.ts';
import { reasonOf } from '../log.ts';
import type { End } from './outcome.ts';

export interface SocketOptions {
  url: string;
  /** PEM; undefined for the system's roots. */
  ca: string | undefined;
  certificate: string;
  key: string;
  onOpen: () => void;
  onFrame: (frame: BodiedFrame) => void;
  onText: (text: string) => void;
  /** Called exactly once, whatever happens. */
  onEnd: (end: End) => void;
}

export interface GatewaySocket {
  /** False when the socket is not open. */
  send(data: Uint8Array | string): boolean;
  close(code: number, reason: string): void;
  /** Ends it at once, without waiting for the peer. */
  terminate(reason: string): void;
  /** Bytes that wait to be sent. */
  readonly buffered: number;
}

const HANDSHAKE_TIMEOUT_MS = 15_000;
const REFUSAL_MAX_BYTES = 16 * 1024;

export function openSocket(options: SocketOptions): GatewaySocket {
  const { url, ca, certificate, key } = options;
  const socket = new WebSocket(url, [SUBPROTOCOL], {
    ...(ca === undefined ? {} : { ca }),
    cert: certificate,
    key,
    agent: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  let ended = false;
  const end = (how: End) => {
    if (ended) return;
    ended = true;
    options.onEnd(how);
  };
  socket.on('open', options.onOpen);
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (ended || socket.readyState !== WebSocket.OPEN) return;
    if (!isBinary) return options.onText(data.toString('utf8'));
    try {
      options.onFrame(decodeFrame(data));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      socket.close(error.closeCode, error.message.slice(0, 120));
    }
  });
  socket.on('unexpected-response', (request, response) => {
    void readRefusal(response).then((refusal) => {
      end(refusal);
      request.destroy();
    });
  });
  // A frame over maxPayload arrives here first; ws closes with 1009 by itself and `close` follows.
  socket.on('error', (error) => {
    if (socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.CLOSING) {
      const code = 'code' in error ? String(error.code) : '';
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
        return end({ kind: 'closed', code: CloseCode.frameTooLarge, reason: error.message });
      end({ kind: 'failed', reason: reasonOf(error), tlsAlert: isCertificateAlert(code) });
    }
  });
  socket.on('close', (code, reason) => end({ kind: 'closed', code, reason: reason.toString('utf8') }));
  return {
    send: (data) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(data);
      return true;
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: (reason) => {
      end({ kind: 'failed', reason, tlsAlert: false });
      socket.terminate();
    },
    get buffered() {
      return socket.bufferedAmount;
    },
  };
}

/** Whether Node's error code is the peer's TLS alert about our certificate. */
export function isCertificateAlert(code: string): boolean {
  return /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA)/.test(code);
}

async function readRefusal(response: IncomingMessage): Promise<End> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > REFUSAL_MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    // The status is enough when the body does not arrive whole.
  }
  const seconds = Number(response.headers['retry-after']);
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    ...refusalOf(Buffer.concat(chunks).toString('utf8')),
    retryAfterMs: seconds > 0 ? Math.min(seconds, 600) * 1000 : undefined,
  };
}

function refusalOf(body: string): { code: string; message: string } {
  try {
    const { code, message } = JSON.parse(body) as { code?: unknown; message?: unknown };
    return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' };
  } catch {
    return { code: '', message: body.slice(0, 200) };
  }
}

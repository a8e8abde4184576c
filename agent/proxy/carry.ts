// A local client's call, carried to the cloud over the agent's socket.
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS } from '../../core/wire/limits.ts';
import type { CallTable } from '../connection/calls.ts';
import type { UplinkGate } from './gate.ts';
import type { GrpcCall } from './grpc-call.ts';

export interface CarryOptions {
  calls: Pick<CallTable, 'start'>;
  gate: UplinkGate;
}

/** Carries one unary or server-streaming call; resolves when it is over. Throws what `fail` of the call takes. */
export async function carry(call: GrpcCall, { calls, gate }: CarryOptions): Promise<void> {
  const { path, signal } = call;
  const payload = await call.request();
  if (!payload) return;
  const leave = await gate.enter(signal);
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const timeoutMs = Math.min(call.timeLeftMs ?? CALL_TIMEOUT_MS, CALL_TIMEOUT_MS);
      const giveUp = calls.start(
        { path, payload, timeoutMs },
        {
          message: (bytes) => call.send(bytes),
          end: (code, reason) => {
            call.end(code, code === GrpcStatus.OK ? '' : reason);
            resolve();
          },
        },
      );
      signal.addEventListener('abort', () => {
        giveUp();
        resolve();
      });
    });
  } finally {
    leave();
  }
}

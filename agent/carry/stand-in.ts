// What answers the cloud's calls while magmad has no stream open: the agent's own Magmad, and the services of this machine.
import type { FrameBody } from '../../core/wire/frame.ts';
import { forwardCall } from '../calls/forwarded-call.ts';
import { magmadService } from '../calls/magmad.ts';
import { SyncServer } from '../calls/sync-server.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { LocalServices } from '../proxy/local-services.ts';
import type { CarrierOptions } from './options.ts';

export interface StandInContext {
  options: CarrierOptions;
  services: LocalServices;
  clock: Clock;
  log: Logger;
  send: (body: FrameBody) => boolean;
  buffered: () => number;
  hardwareId: () => string;
}

export function standIn({ options, services, clock, log, send, buffered, hardwareId }: StandInContext): SyncServer {
  const methods = magmadService({
    clock,
    hardwareId,
    // magmad holds it.
    mconfig: () => undefined,
    commands: options,
  });
  return new SyncServer({
    services: new Map([['magmad', new Map(methods)]]),
    forward: (request, signal) => forwardCall(request, services, clock, signal),
    send,
    buffered,
    clock,
    log,
    onCall: () => undefined,
  });
}

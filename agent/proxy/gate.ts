// When a call may go up: the uplink has a number of places, and sometimes none at all.
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import type { Clock, Timer } from '../clock.ts';

/** Calls of local clients at once; the rest of the cloud's places are for the agent itself, and for calls that were given up. */
export const PROXY_PLACES = MAX_GATEWAY_CALLS - 16;
/** Calls that may wait for a place. */
export const MAX_WAITING = 4096;

interface Waiter {
  enter: () => void;
  refuse: (error: GrpcError) => void;
}

/**
 * Lets calls through while the uplink is there, PROXY_PLACES at a time, the others in their order. Without an uplink they are refused at
 * once, except for a while in which one is expected: after a start, or after a new certificate.
 */
export class UplinkGate {
  private readonly clock: Clock;
  private outage: GrpcError | undefined = new GrpcError(GrpcStatus.UNAVAILABLE, 'there is no connection to the cloud yet');
  private expected: Timer | undefined;
  private active = 0;
  /** Told when the last call is over, while nobody is let in. */
  private emptied: (() => void) | undefined;
  private readonly waiting = new Set<Waiter>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  open(): void {
    this.outage = undefined;
    this.emptied = undefined;
    this.hope(undefined);
    this.admit();
  }

  /** Lets nobody in until `open`, and resolves when those who are in are done, or after `ms` milliseconds. Calls wait meanwhile. */
  drain(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.after(ms, resolve);
      this.emptied = () => {
        timer.cancel();
        resolve();
      };
      if (this.active === 0) this.emptied();
    });
  }

  /** The uplink is lost, or could not be made: who waits is refused, unless it is expected back. A refusal by the cloud is not waited out. */
  close(error: GrpcError): void {
    this.outage = error;
    this.emptied?.();
    this.emptied = undefined;
    if (error.code !== GrpcStatus.UNAVAILABLE) this.hope(undefined);
    if (!this.expected) this.refuseAll(error);
  }

  /** The agent stops: nobody is let in, or waited for, any more. */
  end(): void {
    this.hope(undefined);
    this.close(new GrpcError(GrpcStatus.UNAVAILABLE, 'the agent stops'));
  }

  /** The uplink will be there, or be there again, within `ms` milliseconds: until then calls wait for it. */
  expect(ms: number): void {
    this.hope(
      this.clock.after(ms, () => {
        this.expected = undefined;
        if (this.outage) this.refuseAll(this.outage);
      }),
    );
  }

  /** Resolves when the call may go up, with a function to call once it is over. Rejects with GrpcError, or when `signal` fires. */
  enter(signal: AbortSignal): Promise<() => void> {
    if (this.outage && !this.expected) return Promise.reject(this.outage);
    if (this.waiting.size >= MAX_WAITING) {
      return Promise.reject(new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, `${MAX_WAITING} calls wait for the uplink already`));
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiting.delete(waiter);
        signal.removeEventListener('abort', abandon);
      };
      const waiter: Waiter = {
        enter: () => {
          leave();
          this.active++;
          let left = false;
          resolve(() => {
            if (left) return;
            left = true;
            this.active--;
            if (this.active === 0) this.emptied?.();
            this.admit();
          });
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const abandon = () => waiter.refuse(new GrpcError(GrpcStatus.CANCELLED, 'the call was given up'));
      if (signal.aborted) return abandon();
      signal.addEventListener('abort', abandon);
      this.waiting.add(waiter);
      this.admit();
    });
  }

  private admit(): void {
    for (const waiter of this.waiting) {
      if (this.outage || this.emptied || this.active >= PROXY_PLACES) return;
      waiter.enter();
    }
  }

  private refuseAll(error: GrpcError): void {
    for (const waiter of [...this.waiting]) waiter.refuse(error);
  }

  private hope(timer: Timer | undefined): void {
    this.expected?.cancel();
    this.expected = timer;
  }
}

// Notices a connection that is dead although nobody closed it.
import { KEEPALIVE_JITTER, KEEPALIVE_REQUEST, KEEPALIVE_SECONDS, KEEPALIVE_TIMEOUT_MS } from '../../core/wire/limits.ts';
import type { Clock, Timer } from '../clock.ts';

/** Sends `ping` at jittered intervals; calls `onDead` once when no pong came for KEEPALIVE_TIMEOUT_MS. */
export class KeepAlive {
  private readonly clock: Clock;
  private readonly sendText: (text: string) => void;
  private readonly onDead: () => void;
  private intervalMs = KEEPALIVE_SECONDS * 1000;
  private ping: Timer | undefined;
  private death: Timer | undefined;

  constructor(clock: Clock, sendText: (text: string) => void, onDead: () => void) {
    this.clock = clock;
    this.sendText = sendText;
    this.onDead = onDead;
    this.pong();
    this.schedule();
  }

  /** Takes the interval that the cloud asks for; it stays between 1 s and half the time-out. */
  setInterval(seconds: number): void {
    if (seconds <= 0) return;
    this.intervalMs = Math.min(Math.max(seconds, 1) * 1000, KEEPALIVE_TIMEOUT_MS / 2);
    this.schedule();
  }

  /** To be called for each pong. */
  pong(): void {
    this.death?.cancel();
    this.death = this.clock.after(KEEPALIVE_TIMEOUT_MS, () => {
      this.stop();
      this.onDead();
    });
  }

  stop(): void {
    this.ping?.cancel();
    this.death?.cancel();
  }

  private schedule(): void {
    this.ping?.cancel();
    const factor = 1 + KEEPALIVE_JITTER * (2 * this.clock.random() - 1);
    this.ping = this.clock.after(this.intervalMs * factor, () => {
      this.sendText(KEEPALIVE_REQUEST);
      this.schedule();
    });
  }
}

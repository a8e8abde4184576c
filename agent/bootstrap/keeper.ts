// Holds the certificate in force and renews it in time.
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Paths } from '../storage/paths.ts';
import type { Bootstrapper } from './bootstrapper.ts';
import type { Credentials } from './credentials.ts';
import { loadCredentials, renewalReason } from './credentials.ts';

export interface KeeperOptions {
  bootstrapper: Pick<Bootstrapper, 'renew'>;
  paths: Paths;
  clock: Clock;
  log: Logger;
  /** Ends every attempt. */
  signal: AbortSignal;
  onNew: (credentials: Credentials) => void;
}

/** How often the certificate is looked at (SOUTHBOUND 3, timers). */
const CHECK_MS = 3600_000;

export class CertificateKeeper {
  private readonly options: KeeperOptions;
  private held: Credentials | undefined;
  private missing = 'there is no certificate yet';
  private timer: Timer | undefined;
  private renewal: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.options = options;
  }

  /** The credentials in force. Throws before the first `obtain` is done. */
  get current(): Credentials {
    if (!this.held) throw new Error('there is no certificate');
    return this.held;
  }

  /** Reads what an earlier run left. Throws when the files cannot be read. */
  async load(): Promise<void> {
    const kept = await loadCredentials(this.options.paths);
    if (typeof kept === 'string') this.missing = kept;
    else this.held = kept;
  }

  /** Bootstraps unless the certificate at hand can be used now; returns early when the signal fires. */
  async obtain(): Promise<void> {
    const { held } = this;
    if (!held) return this.renew(this.missing);
    const now = this.options.clock.now();
    if (now < held.notBefore || now >= held.notAfter) await this.renew(renewalReason(held, now) ?? '');
  }

  /** Gets a new certificate, however long it takes; returns early when the signal fires. */
  async renew(why: string): Promise<void> {
    const { bootstrapper, log, onNew, signal } = this.options;
    const renewed = await bootstrapper.renew(why, signal);
    // Two callers may have shared one run.
    if (!renewed || renewed === this.held) return;
    this.held = renewed;
    log('info', 'certificate received', { serial: renewed.serial, expires: new Date(renewed.notAfter).toISOString() });
    onNew(renewed);
  }

  /** Looks now and each hour whether the certificate has to be renewed; `onRenewed` is called after each time that it was. */
  watch(onRenewed: () => void): void {
    const { clock, signal } = this.options;
    if (signal.aborted) return;
    const why = renewalReason(this.current, clock.now());
    if (why) {
      this.renewal = this.renew(why).then(() => {
        if (!signal.aborted) onRenewed();
      });
    }
    this.timer = clock.after(CHECK_MS, () => this.watch(onRenewed));
  }

  /** To be called once the signal has fired; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.renewal;
  }
}

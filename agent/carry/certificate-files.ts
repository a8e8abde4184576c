// The gateway's certificate as magmad writes it: found, watched, and used again when it changes.
import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Credentials } from '../bootstrap/credentials.ts';
import { loadCredentials } from '../bootstrap/credentials.ts';
import type { Clock, Timer } from '../clock.ts';
import { pause } from '../clock.ts';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import type { Paths } from '../storage/paths.ts';

export interface CertificateFilesOptions {
  files: Pick<Paths, 'gatewayCertificate' | 'gatewayKey'>;
  clock: Clock;
  log: Logger;
  /** Ends everything. */
  signal: AbortSignal;
  onNew: (credentials: Credentials) => void;
}

/** How often the files are looked at where the system does not tell of changes, in milliseconds. */
const LOOK_MS = 5_000;
/** How often, and for how long, they are looked at when a certificate is known to come. Milliseconds. */
const OFTEN_MS = 100;
const OFTEN_FOR_MS = 5_000;
/** A certificate that the cloud refused is shown again after this, in milliseconds: the operator may have registered the gateway. */
const REFUSED_MS = 60_000;

export class CertificateFiles {
  private readonly options: CertificateFilesOptions;
  private held: Credentials | undefined;
  private timer: Timer | undefined;
  private oftenUntil = 0;
  private readonly watchers = new Map<string, FSWatcher>();
  private looking: Promise<void> = Promise.resolve();
  private fault = '';
  private readonly waiting = new Set<() => void>();

  constructor(options: CertificateFilesOptions) {
    this.options = options;
  }

  /** The credentials in force; undefined while there are none. */
  get found(): Credentials | undefined {
    return this.held;
  }

  /** The credentials in force. Throws while there are none. */
  get current(): Credentials {
    if (!this.held) throw new Error(this.missing);
    return this.held;
  }

  /** Why there are none. */
  get missing(): string {
    return this.fault;
  }

  /** Looks once, and from then on whenever the files change. */
  async start(): Promise<void> {
    await this.look();
    if (this.options.signal.aborted) return;
    this.watchFolders();
    this.schedule();
  }

  /** A new certificate is about to be written. */
  lookOften(): void {
    this.oftenUntil = this.options.clock.now() + OFTEN_FOR_MS;
    this.timer?.cancel();
    if (!this.options.signal.aborted) this.schedule();
  }

  /** Resolves when the first credentials are there, or the signal fires. */
  async obtain(): Promise<void> {
    const { signal } = this.options;
    while (!this.held && !signal.aborted) await this.change(signal);
  }

  /** The cloud refuses the certificate: resolves when magmad has written another, or when it is time to show the same again. */
  async renew(reason: string): Promise<void> {
    const { clock, log, signal } = this.options;
    log('warn', 'the cloud refuses the certificate: magmad has to bootstrap', { reason });
    const over = new AbortController();
    await Promise.race([this.change(signal), pause(clock, REFUSED_MS, AbortSignal.any([signal, over.signal]))]);
    over.abort();
  }

  /** To be called once the signal has fired; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    for (const watcher of this.watchers.values()) watcher.close();
    this.wake();
    await this.looking;
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  private wake(): void {
    for (const waiter of [...this.waiting]) waiter();
  }

  private watchFolders(): void {
    const { gatewayCertificate, gatewayKey } = this.options.files;
    for (const folder of [gatewayCertificate, gatewayKey].map((path) => dirname(path))) {
      if (!this.watchers.has(folder)) this.watchFolder(folder);
    }
  }

  private watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => void this.look());
      this.watchers.set(folder, watcher);
      watcher.on('error', () => {
        watcher.close();
        this.watchers.delete(folder);
      });
    } catch {
      // The folder is not there yet; it is tried again with each look.
    }
  }

  private schedule(): void {
    const { clock } = this.options;
    this.timer = clock.after(clock.now() < this.oftenUntil ? OFTEN_MS : LOOK_MS, () => {
      this.watchFolders();
      void this.look();
      this.schedule();
    });
  }

  /** One look after the other: the files are read in pairs. */
  private look(): Promise<void> {
    this.looking = this.looking.then(() => this.read());
    return this.looking;
  }

  private async read(): Promise<void> {
    const { files, log, signal, onNew } = this.options;
    if (signal.aborted) return;
    const found = await loadCredentials(files).catch((error: unknown) => `the certificate cannot be read: ${reasonOf(error)}`);
    if (typeof found === 'string') {
      // Between magmad's two writes the pair does not fit; what was held is used until it does.
      if (found !== this.fault && !this.held) log('warn', 'no gateway certificate', { reason: found });
      this.fault = found;
      return;
    }
    if (found.certificate === this.held?.certificate && found.key === this.held.key) return;
    this.held = found;
    this.fault = '';
    this.oftenUntil = 0;
    log('info', 'gateway certificate found', { serial: found.serial, expires: new Date(found.notAfter).toISOString() });
    onNew(found);
    this.wake();
  }
}

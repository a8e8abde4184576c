import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/**
 * The stretch of network between a gateway and the platform, which a test can cut, freeze and mend. Plain TCP: TLS goes through it
 * untouched, so either end believes that it is there alone with the other.
 */
export class Uplink {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #down = false;
  /** Bytes from the platform that may still come through before it is cut. */
  #left = Number.POSITIVE_INFINITY;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** An uplink to a door, `https://host:port`. */
  static async open(door: string): Promise<Uplink> {
    const { hostname, port } = new URL(door);
    const server = createServer({ pauseOnConnect: true });
    const uplink = new Uplink(server);
    server.on('connection', (near) => uplink.#carry(near, hostname, Number(port)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return uplink;
  }

  /** Where the near end dials instead of the door. */
  get address(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and each new one, until `mend`. */
  cut(): void {
    this.#down = true;
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Breaks as `cut` does once so many bytes have come from the platform. */
  cutAfter(bytes: number): void {
    this.#left = bytes;
  }

  get isCut(): boolean {
    return this.#down;
  }

  mend(): void {
    this.#down = false;
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** The connections there are carry nothing from now on, and nobody is told. New ones are carried as ever. */
  freeze(): void {
    for (const { near, far } of this.#pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(near: Socket, host: string, port: number): void {
    near.on('error', () => undefined);
    if (this.#down) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ host, port });
    const pair = { near, far };
    this.#pairs.add(pair);
    far.on('error', () => undefined);
    far.on('data', (data: Buffer) => {
      this.#left -= data.length;
      if (this.#left < 0 && !this.#down) this.cut();
    });
    const gone = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.once('close', gone);
    far.once('close', gone);
    near.pipe(far);
    far.pipe(near);
    near.resume();
  }
}

import type { RestClient } from '../../local/rest-client.ts';

/** Writes one after the other for as long as it runs, and remembers what was acknowledged. */
export interface Writer {
  /** Numbers of the writes that were answered with 2xx. */
  readonly acknowledged: readonly number[];
  /** The last number that was tried. */
  readonly tried: number;
  /** Resolves when the write under way has ended. */
  stop(): Promise<void>;
}

/** Starts a writer; what fails is left behind, as by an operator who tries the next thing. */
export function startWriter(write: (number: number) => Promise<boolean>): Writer {
  const acknowledged: number[] = [];
  let tried = 0;
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) {
      tried += 1;
      const number = tried;
      if (await write(number).catch(() => false)) acknowledged.push(number);
      // A platform that is away refuses at once: not so fast then.
      else await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const running = run();
  return {
    acknowledged,
    get tried() {
      return tried;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** A REST call as a write of a writer. */
export async function accepted(rest: RestClient, method: string, path: string, body: unknown): Promise<boolean> {
  const { status } = await rest.call(method, path, body);
  return status >= 200 && status < 300;
}

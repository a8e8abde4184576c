export interface PacingOptions {
  /** Connections a second in the long run. */
  rate: number;
  /** Connections that may come at once after a rest. */
  burst: number;
  now?: () => number;
  wait?: (milliseconds: number, then: () => void) => void;
}

/**
 * Lets new connections in one after the other at a bounded rate and makes the others wait: thousands of objects that wake
 * at once use up workerd's file descriptors, while a client that waits a moment loses nothing.
 * @returns a function that runs `enter` when its turn has come
 */
export function paceAccepts(options: PacingOptions): (enter: () => void) => void {
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((milliseconds, then) => void setTimeout(then, milliseconds).unref());
  const queue: (() => void)[] = [];
  let tokens = options.burst;
  let filledAt = now();
  let sleeping = false;

  const letIn = (): void => {
    const time = now();
    tokens = Math.min(options.burst, tokens + ((time - filledAt) / 1000) * options.rate);
    filledAt = time;
    while (tokens >= 1 && queue.length > 0) {
      tokens -= 1;
      queue.shift()?.();
    }
    if (queue.length === 0 || sleeping) return;
    sleeping = true;
    wait(Math.ceil(((1 - tokens) / options.rate) * 1000), () => {
      sleeping = false;
      letIn();
    });
  };

  return (enter) => {
    queue.push(enter);
    letIn();
  };
}

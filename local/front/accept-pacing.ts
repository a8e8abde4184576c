export interface PacingOptions {
  /** Connections a second in the long run. */
  rate: number;
  /** Connections that may come at once after a rest. */
  burst: number;
  /** How long a connection may wait at most, in milliseconds; 10 s unless given. Its client has given up soon after, and would take the turn of another. */
  patience?: number;
  now?: () => number;
  wait?: (milliseconds: number, then: () => void) => void;
}

const PATIENCE = 10_000;

/**
 * Lets new connections in one after the other at a bounded rate and makes the others wait: thousands of objects that wake
 * at once use up workerd's file descriptors, while a client that waits a moment loses nothing.
 * @returns a function that runs `enter` when its turn has come, or `refuse` when that is too late
 */
export function paceAccepts(options: PacingOptions): (enter: () => void, refuse: () => void) => void {
  const patience = options.patience ?? PATIENCE;
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((milliseconds, then) => void setTimeout(then, milliseconds).unref());
  const queue: { readonly enter: () => void; readonly refuse: () => void; readonly since: number }[] = [];
  let tokens = options.burst;
  let filledAt = now();
  let sleeping = false;

  const letIn = (): void => {
    const time = now();
    tokens = Math.min(options.burst, tokens + ((time - filledAt) / 1000) * options.rate);
    filledAt = time;
    for (let next = queue[0]; next; next = queue[0]) {
      const late = time - next.since > patience;
      if (tokens < 1 && !late) break;
      queue.shift();
      if (late) next.refuse();
      else {
        tokens -= 1;
        next.enter();
      }
    }
    if (queue.length === 0 || sleeping) return;
    sleeping = true;
    wait(Math.ceil(((1 - tokens) / options.rate) * 1000), () => {
      sleeping = false;
      letIn();
    });
  };

  return (enter, refuse) => {
    queue.push({ enter, refuse, since: now() });
    letIn();
  };
}

export interface PacingOptions {
  /** Connections a second in the long run. */
  rate: number;
  /** Connections that may come at once after a rest. */
  burst: number;
  /**
   * Handshakes under way at the same time; 100 unless given. More would take longer each, on a machine that is slower than the rate
   * until all take longer than their clients wait.
   */
  atOnce?: number;
  /**
   * How long a connection may wait at most, in milliseconds; 8 s unless given. Clients give up after 15 s, handshake included: what is
   * done for one that has gone takes the turn of another.
   */
  patience?: number;
  now?: () => number;
  wait?: (milliseconds: number, then: () => void) => void;
}

/** Lets one more in: a function to be called when what it costs is there, or it has gone. Undefined: there is no room now. */
export type Admit = () => (() => void) | undefined;

const PATIENCE = 8_000;
const AT_ONCE = 100;
/** Who has not come to the end of the handshake by then, in milliseconds, does not keep others from theirs. */
const LONGEST_TURN = 5_000;
/** How often is looked whether there is room again, in milliseconds. */
const LOOK_AGAIN = 100;

interface Waiting {
  readonly enter: (settled: () => void) => void;
  readonly refuse: () => void;
  readonly since: number;
}

/**
 * Lets new connections in one after the other, at a bounded rate and while there is room, and makes the others wait: thousands of
 * objects that wake at once use up workerd's file descriptors, while a client that waits a moment loses nothing. Who cannot have a
 * turn in time is refused at once, so that it comes again with jitter instead of waiting in vain.
 * @returns a function that runs `enter` when its turn has come, or `refuse` when there will be none
 */
export function paceAccepts(options: PacingOptions, admit: Admit = () => () => {}): (enter: Waiting['enter'], refuse: () => void) => void {
  const patience = options.patience ?? PATIENCE;
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((milliseconds, then) => void setTimeout(then, milliseconds).unref());
  const atOnce = options.atOnce ?? AT_ONCE;
  const longest = (options.rate * patience) / 1000;
  const queue: Waiting[] = [];
  let tokens = options.burst;
  let filledAt = now();
  let sleeping = false;
  let underWay = 0;

  /** Answers what ends the turn of who has just been let in. */
  const begin = (settled: () => void): (() => void) => {
    let over = false;
    const makeRoom = (): void => {
      if (over) return;
      over = true;
      underWay -= 1;
      // Not within the turn of another.
      if (queue.length > 0) wait(0, pump);
    };
    underWay += 1;
    wait(LONGEST_TURN, makeRoom);
    return () => {
      settled();
      makeRoom();
    };
  };

  /** Answers the milliseconds after which the next may have its turn; undefined: nobody waits. */
  const letIn = (): number | undefined => {
    const time = now();
    tokens = Math.min(options.burst, tokens + ((time - filledAt) / 1000) * options.rate);
    filledAt = time;
    for (let next = queue[0]; next; next = queue[0]) {
      if (time - next.since > patience) {
        queue.shift();
        next.refuse();
        continue;
      }
      if (tokens < 1) return Math.ceil(((1 - tokens) / options.rate) * 1000);
      const settled = underWay < atOnce ? admit() : undefined;
      if (!settled) return LOOK_AGAIN;
      queue.shift();
      tokens -= 1;
      next.enter(begin(settled));
    }
    return undefined;
  };

  const pump = (): void => {
    const pause = letIn();
    if (pause === undefined || sleeping) return;
    sleeping = true;
    wait(pause, () => {
      sleeping = false;
      pump();
    });
  };

  return (enter, refuse) => {
    if (queue.length >= longest) {
      refuse();
      return;
    }
    queue.push({ enter, refuse, since: now() });
    pump();
  };
}

/** How often is looked whether there is room again, in milliseconds. */
const LOOK_AGAIN = 100;

/**
 * Tells workerd one after the other of clients that have gone, when there is no room for all: each wakes the object that notes it, and
 * thousands may lose their connections in the same moment. `wakes` answers how many of so many may wake now.
 * @returns a function that runs `leave` when its turn has come
 */
export function paceDepartures(
  wakes: (wanted: number) => number,
  wait: (milliseconds: number, then: () => void) => void = (milliseconds, then) => void setTimeout(then, milliseconds).unref(),
): (leave: () => void) => void {
  let queue: (() => void)[] = [];
  let sleeping = false;

  const pump = (): void => {
    const granted = wakes(queue.length);
    const leaving = queue.slice(0, granted);
    queue = queue.slice(granted);
    for (const leave of leaving) leave();
    if (queue.length === 0) return;
    sleeping = true;
    wait(LOOK_AGAIN, () => {
      sleeping = false;
      pump();
    });
  };

  return (leave) => {
    queue.push(leave);
    if (!sleeping) pump();
  };
}

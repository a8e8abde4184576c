/** The outcome of `work`, or a failure after `limit` milliseconds; the work itself goes on. `failure` makes the error. */
export async function within<T>(
  limit: number,
  work: Promise<T>,
  failure: () => Error = () => new Error(`no answer within ${limit} ms`),
): Promise<T> {
  if (await settlesAtOnce(work)) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(failure()), limit);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Work that waits for nothing is done a few turns later, and a timer would cost more than many a piece of it. */
async function settlesAtOnce(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  work.then(done, done);
  for (let turn = 0; turn < 3 && !settled; turn += 1) await undefined;
  return settled;
}

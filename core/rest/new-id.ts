import type { Fault } from '../errors.ts';

/**
 * What is wrong with the id of something new, whatever it is: it has to be reached by it. Clients resolve `.` and `..` in a path, however
 * they are escaped, many send no control characters, and a map by ids cannot be sent back with `__proto__` in it.
 */
export const newIdFaults = (id: string, path: string): Fault[] =>
  RESOLVED.has(id) || /\p{Cc}/u.test(id)
    ? [{ path, message: 'must be able to stand in a path: not ".", ".." or "__proto__", and without control characters' }]
    : [];

const RESOLVED: ReadonlySet<string> = new Set(['.', '..', '__proto__']);

import type { Fault } from '../errors.ts';

/** An id that stands in the URL and in the body has to be the same. */
export const sameIdFaults = (inUrl: string, inBody: string, path = 'body.id'): Fault[] =>
  inUrl === inBody ? [] : [{ path, message: `must be "${inUrl}", as in the URL` }];

import { invalid } from '../errors.ts';

/** An id that stands in the URL and in the body has to be the same. Error: `invalid`. */
export function checkSameId(inUrl: string, inBody: string, path = 'body.id'): void {
  if (inUrl !== inBody) throw invalid([{ path, message: `must be "${inUrl}", as in the URL` }]);
}

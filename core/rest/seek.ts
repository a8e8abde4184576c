import { z } from 'zod';
import { invalid } from '../errors.ts';
import { wholeNumber } from './fields.ts';
import { decodePageToken, encodePageToken } from '../paging.ts';

const MOST = 1000;
const USUAL = 100;

/** Query parameters of a log that is read from its newest entry backwards. */
export const seekQuery = z.object({
  page_size: wholeNumber()
    .min(0)
    .max(4_294_967_295)
    .optional()
    .meta({ description: `Entries of a page; ${USUAL} when left out, never more than ${MOST}`, examples: [50] }),
  page_token: z
    .string()
    .max(2048)
    .optional()
    .meta({ description: 'Token that the page before gave; absent or empty means the newest entries', examples: ['NDI'] }),
});

export interface Seek {
  /** The place of the last row of the page before, by the columns that the log is sorted by. */
  readonly before: readonly number[];
  readonly limit: number;
}

/** Where a page of a log begins that is sorted by so many columns. Error: `invalid` for a token that no such log gave. */
export function seekOf({ page_size: size = 0, page_token: token = '' }: z.output<typeof seekQuery>, columns: number): Seek {
  const limit = size === 0 ? USUAL : Math.min(size, MOST);
  if (token === '') return { before: Array.from({ length: columns }, () => Number.MAX_SAFE_INTEGER), limit };
  const text = decodePageToken(token);
  const before = text.split('.').map(Number);
  if (before.length !== columns || !/^\d+(\.\d+)*$/.test(text) || !before.every(Number.isSafeInteger))
    throw invalid([{ path: 'query.page_token', message: 'is not a token of this list' }]);
  return { before, limit };
}

/** Leads to the entries before the one at this place, which is the last of so many; '' when there are none. */
export function seekToken(place: readonly number[] | undefined, rows: number, limit: number): string {
  return place === undefined || rows < limit ? '' : encodePageToken(place.join('.'));
}

/** A moment in the query: unix milliseconds, or a date and time as in RFC 3339. */
export const moment = () =>
  z
    .string()
    .max(64)
    .refine((text) => !Number.isNaN(momentOf(text)), {
      error: 'must be unix milliseconds or a date and time such as 2026-01-31T12:00:00Z',
    });

export const momentOf = (text: string): number => (/^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text));

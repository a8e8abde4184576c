import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { z } from 'zod';
import { invalid } from './errors.ts';
import { wholeNumber } from './rest/fields.ts';

/** The most entities one page may hold; also what an absent or larger `page_size` means. */
export const MAX_PAGE_SIZE = 15_000;

/** Query parameters of a paged list. */
export const pagingQuery = z.object({
  page_size: wholeNumber()
    .min(0)
    .max(4_294_967_295)
    .optional()
    .meta({ description: `Entries of a page; absent, 0 or more than ${MAX_PAGE_SIZE} means ${MAX_PAGE_SIZE}`, examples: [100] }),
  page_token: z
    .string()
    .max(2048)
    .optional()
    .meta({ description: 'Token that the page before gave; absent or empty means the first page', examples: ['YWd3MQ'] }),
});

export interface Page {
  readonly limit: number;
  /** Key of the last entry of the page before; '' for the first page. */
  readonly after: string;
}

/** Error: `invalid` for a token that this list did not give. */
export function pageOf(query: z.output<typeof pagingQuery>): Page {
  const size = query.page_size ?? 0;
  return {
    limit: size === 0 || size > MAX_PAGE_SIZE ? MAX_PAGE_SIZE : size,
    after: query.page_token ? decodePageToken(query.page_token) : '',
  };
}

/**
 * The token that leads to the next page: given only when this page is full, so a full last page leads to an empty one.
 * Source: the original's paging, which its clients rely on (contract, REST-BEHAVIOUR 3).
 */
export function nextPageToken(keys: readonly string[], page: Page): string {
  const last = keys.at(-1);
  return last === undefined || keys.length < page.limit ? '' : encodePageToken(last);
}

/** base64 of a protobuf message whose field 1 is the last key. */
export function encodePageToken(lastKey: string): string {
  const bytes = new BinaryWriter().tag(1, WireType.LengthDelimited).string(lastKey).finish();
  return btoa(String.fromCharCode(...bytes));
}

export function decodePageToken(token: string): string {
  try {
    const reader = new BinaryReader(Uint8Array.from(atob(token), (char) => char.charCodeAt(0)));
    let key = '';
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.LengthDelimited) key = reader.string();
      else reader.skip(type, field);
    }
    return key;
  } catch {
    throw invalid([{ path: 'query.page_token', message: 'is not a token of this list' }]);
  }
}

import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from '../paging.ts';
import { mapPage, nextPage } from './entity-collection.ts';

describe('pages of a map', () => {
  it('without a size hold everything', () => {
    expect(mapPage({})).toEqual({ limit: -1, after: '' });
    expect(mapPage({ page_token: encodePageToken('a') })).toEqual({ limit: -1, after: 'a' });
    expect(nextPage(['a', 'b'], -1)).toEqual({});
  });

  it('lead on while they are full', () => {
    const page = mapPage({ page_size: 2, page_token: encodePageToken('a') });
    expect(page).toEqual({ limit: 2, after: 'a' });
    expect(decodePageToken(String(nextPage(['b', 'c'], page.limit)['next-page-token']))).toBe('c');
    expect(nextPage(['b'], page.limit)).toEqual({});
    expect(nextPage([], page.limit)).toEqual({});
  });
});

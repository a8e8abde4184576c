import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken, MAX_PAGE_SIZE, nextPageToken, pageOf, pagingQuery } from './paging.ts';
import { parse } from './rest/parse.ts';

describe('paging', () => {
  it('writes the last key as field 1 of a protobuf message in base64', () => {
    expect(encodePageToken('gw1')).toBe(Buffer.from([0x0a, 3, 0x67, 0x77, 0x31]).toString('base64'));
    for (const key of ['gw1', 'ä/ö', 'x'.repeat(300)]) expect(decodePageToken(encodePageToken(key))).toBe(key);
  });

  it('takes 0, nothing and too much for the cap', () => {
    expect(pageOf({})).toEqual({ limit: MAX_PAGE_SIZE, after: '' });
    expect(pageOf({ page_size: 0, page_token: '' })).toEqual({ limit: MAX_PAGE_SIZE, after: '' });
    expect(pageOf({ page_size: 99_999_999 }).limit).toBe(MAX_PAGE_SIZE);
    expect(pageOf({ page_size: 2, page_token: encodePageToken('b') })).toEqual({ limit: 2, after: 'b' });
  });

  it('refuses sizes that are no numbers and tokens that are no tokens', () => {
    for (const size of ['-1', '1.5', 'many', '4294967296', ' ', '1e3', '0x10'])
      expect(() => parse(pagingQuery, { page_size: size }, 'query')).toThrow('query.page_size');
    expect(parse(pagingQuery, { page_size: '25' }, 'query')).toEqual({ page_size: 25 });
    expect(parse(pagingQuery, { page_size: '', page_token: '' }, 'query')).toEqual({});
    for (const token of ['***', btoa('\x0a\x50short'), btoa('\xff\xff')]) expect(() => pageOf({ page_token: token })).toThrow('page_token');
  });

  it('gives a token only for a full page', () => {
    expect(nextPageToken(['a', 'b'], { limit: 2, after: '' })).toBe(encodePageToken('b'));
    expect(nextPageToken(['a'], { limit: 2, after: '' })).toBe('');
    expect(nextPageToken([], { limit: 2, after: '' })).toBe('');
  });
});

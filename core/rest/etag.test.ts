import { describe, expect, it } from 'vitest';
import { OrcError } from '../errors.ts';
import { checkIfMatch, etagOf, rewrite } from './etag.ts';

const raced = () => new OrcError('precondition_failed', 'moved');

describe('etagOf', () => {
  it('is short for few parts, hashed for many, and differs when a part does', () => {
    expect(etagOf([3, 12])).toBe('"3.12"');
    const many = Array.from({ length: 500 }, (_, index) => index);
    expect(etagOf(many)).toMatch(/^"[0-9a-f]{32}"$/);
    expect(etagOf([...many, 1])).not.toBe(etagOf([...many, 2]));
    expect(etagOf(['a"b'])).toMatch(/^"[0-9a-f]{32}"$/);
  });
});

describe('checkIfMatch', () => {
  const check = (ifMatch: string | undefined) => () => checkIfMatch({ ifMatch }, [3, 12]);
  it('passes without the header, with the tag, with one of several, and with *', () => {
    for (const value of [undefined, '"3.12"', '"1", "3.12"', '*']) expect(check(value)).not.toThrow();
  });
  it('refuses any other tag and weak ones', () => {
    for (const value of ['"3.13"', 'W/"3.12"', 'W/"3.13"'])
      expect(check(value)).toThrow(expect.objectContaining({ code: 'precondition_failed' }));
    expect(check('"3.13"')).toThrow('has changed');
    expect(check('W/"3.13"')).toThrow('has changed');
    expect(check('W/"3.12"')).toThrow('without W/ in front "3.12" would do');
  });
  it('says of what is no tag that it is none, not that something changed', () => {
    for (const value of ['3.12', 'abc', '', '"3.12', 'w/"3.12"', '"3.12", 3.12', '**'])
      expect(check(value), value).toThrow(
        expect.objectContaining({ code: 'invalid', faults: [{ path: 'header.if-match', message: expect.stringContaining('quotes') }] }),
      );
  });
});

describe('rewrite', () => {
  it('reads again after a race, and gives up as aborted', async () => {
    let runs = 0;
    const second = async () => {
      runs += 1;
      if (runs === 1) throw raced();
      return 'done';
    };
    expect(await rewrite({ ifMatch: undefined }, second)).toBe('done');
    const never = async () => {
      throw raced();
    };
    await expect(rewrite({ ifMatch: undefined }, never)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('tells a caller with If-Match at once, and passes other errors on', async () => {
    let runs = 0;
    const write = async () => {
      runs += 1;
      throw raced();
    };
    await expect(rewrite({ ifMatch: '"1"' }, write)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(runs).toBe(1);
    const broken = async () => {
      throw new OrcError('not_found', 'x');
    };
    await expect(rewrite({ ifMatch: undefined }, broken)).rejects.toMatchObject({ code: 'not_found' });
  });
});

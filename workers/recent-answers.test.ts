import { expect, it } from 'vitest';
import { RecentAnswers } from './recent-answers.ts';

it('gives an answer again for a quarter of a second, to the same question', () => {
  const recent = new RecentAnswers<string>(10);
  recent.keep('a', 'yes', 1_000);
  expect(recent.find('a', 1_249)).toMatchObject({ answer: 'yes' });
  expect(recent.find('a', 1_250)).toBeUndefined();
  expect(recent.find('b', 1_000)).toBeUndefined();
  recent.keep('a', 'no', 1_300);
  expect(recent.find('a', 1_549)).toMatchObject({ answer: 'no' });
});

it('remembers that there was none', () => {
  const recent = new RecentAnswers<string | undefined>(10);
  recent.keep('a', undefined, 1_000);
  expect(recent.find('a', 1_100)).toMatchObject({ answer: undefined });
});

it('remembers as many as it may, those that were read last', () => {
  const recent = new RecentAnswers<number>(3);
  for (const number of [0, 1, 2, 0, 3]) recent.keep(`q${number}`, number, 1_000);
  expect([0, 1, 2, 3].map((number) => recent.find(`q${number}`, 1_000)?.answer)).toEqual([0, undefined, 2, 3]);
});

import { expect, it } from 'vitest';
import { RecentReports } from './recent-reports.ts';

const report = { hardwareId: 'hw1', state: {}, receivedAt: 1, certificateExpiresAt: null };

it('shows a report again for a quarter of a second, that of the same gateway of the same network', () => {
  const recent = new RecentReports();
  recent.keep('n1', 'g1', report, 1_000);
  expect(recent.find('n1', 'g1', 1_249)).toMatchObject({ report });
  expect(recent.find('n1', 'g1', 1_250)).toBeUndefined();
  expect([recent.find('n2', 'g1', 1_000), recent.find('n1', 'g2', 1_000)]).toEqual([undefined, undefined]);
});

it('remembers that there was none', () => {
  const recent = new RecentReports();
  recent.keep('n1', 'g1', undefined, 1_000);
  expect(recent.find('n1', 'g1', 1_100)).toMatchObject({ report: undefined });
});

it('remembers a thousand, those that were read last', () => {
  const recent = new RecentReports();
  for (let number = 0; number <= 1000; number += 1) recent.keep('n1', `g${number}`, report, 1_000);
  expect(recent.find('n1', 'g0', 1_000)).toBeUndefined();
  expect([recent.find('n1', 'g1', 1_000), recent.find('n1', 'g1000', 1_000)]).toMatchObject([{ report }, { report }]);
});

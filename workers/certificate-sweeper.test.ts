import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HOURLY } from './certificate-sweeper.ts';

it('the hourly run is one that wrangler.toml asks for', () => {
  const crons = /^crons = (\[.*\])$/m.exec(readFileSync(join(import.meta.dirname, '..', 'wrangler.toml'), 'utf8'))?.[1] ?? '[]';
  expect(JSON.parse(crons)).toContain(HOURLY);
});

import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { testBindings } from './test/workers/bindings.ts';

const inWorkerd = '**/*.workers.test.ts';
const throughTheDoor = 'test/e2e/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,modules,proto,workers,durable-objects,bench,test/support,test/contract}/**/*.test.ts'],
          exclude: [inWorkerd, '**/node_modules/**'],
          testTimeout: 30_000,
          // Modules are loaded once a process, not once a file: that was half of the time. Tests leave nothing behind in them.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        // Starts processes of its own and looks at the clock: one file at a time.
        test: {
          name: 'tools',
          include: ['{clients,agent,local,scripts}/**/*.test.ts'],
          exclude: [inWorkerd, '**/node_modules/**'],
          testTimeout: 30_000,
          isolate: false,
          fileParallelism: false,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            main: './test/workers/worker.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { cf: false, bindings: { ...(await testBindings()), MIGRATIONS: await readD1Migrations('./migrations') } },
          })),
        ],
        // One file at a time: some move a clock of their own, and an object that starves for processor time would miss it.
        test: { name: 'workers', include: [inWorkerd], exclude: ['**/node_modules/**'], testTimeout: 30_000, fileParallelism: false },
      },
      {
        // Waits for a real clock: `npm run test:long`.
        test: { name: 'long', include: ['test/long/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
      },
      {
        test: { name: 'e2e', include: [throughTheDoor], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false, isolate: false },
      },
    ],
  },
});

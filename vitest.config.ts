import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './vitest.patience.ts';

/** Tests with a real browser. */
const SLOW = [
  'packages/*/test/**/*.{browser,e2e}.test.ts',
  'packages/*/test/**/browser.test.ts',
  'packages/*/test/{browser,e2e,real}/**/*.test.ts',
  'packages/whatsapp-standin/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
];

/** All tests share these; those with a browser mostly wait. */
const WORKERS = Math.min(8, 2 * availableParallelism());

const common = {
  maxWorkers: WORKERS,
  // Real child processes (browsers, services) are the subject of many tests; threads would share their signals and cwd.
  pool: 'forks' as const,
  setupFiles: [
    join(import.meta.dirname, 'vitest.setup.ts'),
    // Every event that a test makes a store write is held to the contract.
    join(import.meta.dirname, 'packages/session-manager/test/told-as-stated.ts'),
  ],
  expect: { poll: { timeout: PATIENCE_MS } },
  // The settings of the developer's own checkout must not reach a test, nor the language of their terminal.
  // A hub that a test starts takes any port: others run beside it.
  env: { LEADMASTER_ENV_FILE: '/dev/null', LEADMASTER_LANG: 'en', HUB_PORT: '0' },
};

export default defineConfig({
  test: {
    // In this order: the long files begin first, and the short ones fill what is left of the cores at the end.
    projects: [
      {
        test: { ...common, name: 'browser', include: SLOW, testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        test: {
          ...common,
          name: 'fast',
          include: ['{packages,tools}/*/test/**/*.test.ts'],
          exclude: SLOW,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

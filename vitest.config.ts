import { defineConfig } from 'vitest/config';

/** Tests with a real browser: they come after all others, three files at a time: they mostly wait. */
const SLOW = [
  'packages/*/test/**/*.{browser,e2e}.test.ts',
  'packages/*/test/**/browser.test.ts',
  'packages/*/test/{browser,e2e,real}/**/*.test.ts',
  'packages/whatsapp-standin/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
];

const common = {
  // Real child processes (browsers, services) are the subject of many tests; threads would share their signals and cwd.
  pool: 'forks' as const,
  // The settings of the developer's own checkout must not reach a test.
  env: { LEADMASTER_ENV_FILE: '/dev/null' },
  // Every event that a test makes a store write is held to the contract.
  setupFiles: ['packages/session-manager/test/told-as-stated.ts'],
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'fast',
          include: ['{packages,tools}/*/test/**/*.test.ts'],
          exclude: SLOW,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'browser',
          include: SLOW,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

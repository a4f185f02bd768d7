import { availableParallelism, totalmem } from 'node:os';
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

/** Tests that replace a module: it stays replaced for as long as their process lives. */
const ALONE = [
  'packages/cli/test/offline.test.ts',
  'packages/session-manager/test/config/without-links.test.ts',
  'packages/session-manager/test/profile/without-permissions.test.ts',
  'packages/vault/test/store/without-links.contract.test.ts',
];

/** A file that belongs into `ALONE` and is not there would fail those that run after it. */
const noReplacedModules = {
  name: 'no-replaced-modules',
  enforce: 'pre' as const,
  transform(code: string, id: string): null {
    if (id.endsWith('.test.ts') && /\bvi\.(do)?[mM]ock\(/.test(code))
      throw new Error(`${id} replaces a module: name it in ALONE of vitest.config.ts.`);
    return null;
  },
};

/** What a process holds at most that runs one fast file after another, or a file with its browsers. */
const WORKER_BYTES = 1.25 * 2 ** 30;

/** All tests share these; those with a browser mostly wait. Three for each core made deadlines pass where two runs share a machine. */
const WORKERS = Math.max(1, Math.min(8, 2 * availableParallelism(), Math.floor(totalmem() / WORKER_BYTES)));

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
  // Each snapshot starts a thread, which without a cache would strip types and compile all that it loads.
  env: {
    ...{ LEADMASTER_ENV_FILE: '/dev/null', LEADMASTER_LANG: 'en', HUB_PORT: '0' },
    NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/leadmaster'),
  },
};

const FAST = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // In this order: the long files begin first, and the short ones fill what is left of the cores at the end.
    projects: [
      {
        test: { ...common, name: 'browser', include: SLOW, testTimeout: 120_000, hookTimeout: 120_000 },
      },
      { test: { ...common, ...FAST, name: 'alone', include: ALONE } },
      {
        plugins: [noReplacedModules],
        test: {
          ...common,
          ...FAST,
          name: 'fast',
          include: ['{packages,tools}/*/test/**/*.test.ts'],
          exclude: [...SLOW, ...ALONE],
          // A file finds the modules loaded that another has used: to load them takes longer than most tests do.
          isolate: false,
        },
      },
    ],
  },
});

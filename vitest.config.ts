import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    // Real child processes (browsers, services) are the subject of many tests; threads would share their signals and cwd.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The settings of the developer's own checkout must not reach a test.
    env: { LEADMASTER_ENV_FILE: '/dev/null' },
  },
});

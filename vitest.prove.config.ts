import { defineConfig } from 'vitest/config';

/** Proofs that take long or run until stopped: `npm run prove`. */
export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.prove.test.ts'],
    pool: 'forks',
    env: { LEADMASTER_ENV_FILE: '/dev/null' },
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { describe, expect, test } from 'vitest';
import { service } from '../harness.ts';

const MAIN = join(CHECKOUT, 'packages/cli/src/main.mjs');
/** No proxy listens there. */
const PROXY = 'http://127.0.0.1:9';

/** The real command line, in an environment of its own. */
function leadmaster(args: readonly string[], env: Record<string, string>) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  const options = { env: { PATH: process.env.PATH, LEADMASTER_ENV_FILE: '/dev/null', ...env }, timeout: 30_000 };
  execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
  );
  return promise;
}

describe('a proxy in the environment never catches this machine', () => {
  test.for([
    { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: PROXY, NO_PROXY: 'localhost' },
    { NODE_USE_ENV_PROXY: '1', http_proxy: PROXY, no_proxy: 'example.org' },
    { NODE_USE_ENV_PROXY: '1', http_proxy: PROXY },
    { NODE_OPTIONS: '--use-env-proxy', HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, ALL_PROXY: PROXY },
    { HTTP_PROXY: PROXY },
  ])('%j', async (proxy) => {
    const { env } = await service();
    const { code, stdout } = await leadmaster(['sessions', '--json'], { ...env, ...proxy });
    expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 0, stdout: [] });
  });
});

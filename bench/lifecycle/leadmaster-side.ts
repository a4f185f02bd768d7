import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@leadmaster/session-manager';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { freePort } from '@leadmaster/testkit/free-port';
import type { World } from '@leadmaster/whatsapp-standin';
import { Child } from './child.ts';
import { Service } from './leadmaster-service.ts';
import type { Side } from './side.ts';

/** What `./leadmaster` runs. */
const PROGRAM = new URL('../../packages/cli/src/main.mjs', import.meta.url);

/** Settings that may be given to the benchmark for the service, so that their effect can be measured. */
const PASSED_ON = ['START_CONCURRENCY', 'CHROME_PATH', 'LOG_LEVEL', 'NODE_COMPILE_CACHE'];

/** LeadMaster's session manager with its defaults, in a process of its own, spoken to over HTTP. */
export function leadmasterSide(
  folder: string,
  world: World,
  readyMs: number,
  extraArgs = process.env.BENCH_CHROME_ARGS ?? '',
): Side {
  mkdirSync(folder, { recursive: true });
  const key = randomBytes(24).toString('hex');
  const given = PASSED_ON.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );

  async function serve(): Promise<Service> {
    const port = await freePort();
    const child = new Child<never>({
      program: PROGRAM,
      args: ['session-manager', '--exit-with-parent'],
      folder,
      env: {
        LEADMASTER_DATA_DIR: join(folder, 'data'),
        LEADMASTER_ENV_FILE: '/dev/null',
        LEADMASTER_ADMIN_KEY: key,
        SESSION_MANAGER_PORT: String(port),
        CHROME_ARGS: `${world.chromeArgsText} ${extraArgs}`.trim(),
        ...Object.fromEntries(given),
      },
      orderly: (process) => process.kill('SIGTERM'),
    });
    const service = new Service(child, `http://127.0.0.1:${port}`, key, readyMs);
    await service.answers();
    return service;
  }

  return {
    name: 'LeadMaster',
    async link(_world, linked) {
      const service = await serve();
      try {
        for (const { session, number } of linked) await service.link(world, { session, number });
      } finally {
        await service.child.end();
      }
    },
    async open(sessions) {
      const service = await serve();
      const back = service.ready(sessions, 0);
      back.catch(() => undefined);
      return service.running(back);
    },
    async facts() {
      const found = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
      return {
        LeadMaster: VERSION,
        browser: `${found.product} ${found.version}`,
        binary: found.path,
        ...Object.fromEntries(given),
        ...(extraArgs === '' ? {} : { extraArgs }),
      };
    },
  };
}

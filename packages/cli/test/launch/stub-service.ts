/**
 * Plays the service under a real launcher: the real signal handling of `start`, and a shutdown that takes its time and
 * writes down each step. Started by the checkout that `fake-checkout.ts` makes.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadEnvironment, readConfig } from '@leadmaster/session-manager/config';
import { Cli } from '../../src/cli.ts';
import { processIo } from '../../src/io.ts';
import { serve } from '../../src/service/serve.ts';

const { env } = loadEnvironment();
const log = (text: string): void => appendFileSync(env.STUB_LOG ?? '/dev/null', `${text}\n`);
const finished = Promise.withResolvers<number>();

const code = await serve(new Cli(processIo(), false), {
  env,
  config: readConfig({}),
  exitWithParent: process.argv.includes('--exit-with-parent'),
  async start() {
    if (env.STUB_SLOW_START) {
      log(`starting ${process.pid} ${process.ppid}`);
      await sleep(1000);
    }
    return {
      url: 'http://127.0.0.1:1',
      log: { warn: () => undefined, fatal: () => undefined },
      contained: [],
      finished: finished.promise,
      async shutdown(reason) {
        log(`shutdown ${reason}`);
        await sleep(500);
        log('finished');
        finished.resolve(Number(env.STUB_EXIT ?? 0));
      },
    };
  },
  onStarted: async () => log(`started ${process.pid} ${process.ppid}`),
});
process.exit(code);

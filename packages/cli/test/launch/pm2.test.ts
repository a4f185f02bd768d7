import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { expect, onTestFinished, test } from 'vitest';
import { FakeCheckout, gone } from './fake-checkout.ts';

const run = promisify(execFile);

/** A PM2 of the test's own, with the ecosystem file that ships, over a checkout whose service is a stub. */
function pm2(change: (ecosystem: string) => string) {
  const fake = new FakeCheckout();
  cpSync(join(CHECKOUT, 'packaging'), join(fake.root, 'packaging'), { recursive: true });
  const file = join(fake.root, 'packaging/ecosystem.config.cjs');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  const home = join(fake.root, 'pm2');
  const env = { ...process.env, PM2_HOME: home, STUB_LOG: fake.logFile };
  const command = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [join(CHECKOUT, 'node_modules/pm2/bin/pm2'), ...args], { env });
    return stdout;
  };
  onTestFinished(async () => {
    const daemon = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
    await command('kill');
    expect(await gone(daemon)).toBe(true);
    fake.remove();
  });
  return { fake, file, command };
}

test.each([
  ['as it ships', (text: string) => text],
  ['when it signals every process of the tree', (text: string) => text.replace('treekill: false', 'treekill: true')],
])('PM2 %s: the service is its child, ends in order on stop, and comes back', async (_, change) => {
  const { fake, file, command } = pm2(change);
  await command('start', file);
  const { service } = await fake.pids();
  const [app] = JSON.parse(await command('jlist'));
  expect(app).toMatchObject({ name: 'leadmaster', pid: service, pm2_env: { status: 'online', kill_timeout: 60_000 } });

  await command('stop', 'leadmaster');
  expect(await gone(service)).toBe(true);
  expect(fake.log.slice(1)).toEqual(['shutdown SIGINT', 'finished']);

  await command('start', 'leadmaster');
  await command('restart', 'leadmaster');
  await command('delete', 'leadmaster');
  const words = fake.log.map((line) => line.split(' ')[0]);
  // Every start that was told of was ended in order before the next.
  expect(words.filter((word) => word === 'shutdown')).toHaveLength(words.filter((word) => word === 'started').length);
  expect(words.filter((word) => word === 'finished')).toHaveLength(words.filter((word) => word === 'shutdown').length);
});

test('PM2 does not try again what wrong settings ended', async () => {
  const { fake, file, command } = pm2((text) => text);
  fake.write(
    'packages/cli/src/main.mjs',
    `import { appendFileSync } from 'node:fs'; appendFileSync(process.env.STUB_LOG, 'ran\\n'); process.exit(2);`,
  );
  await command('start', file);
  await fake.said('ran');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(fake.log).toEqual(['ran']);
});

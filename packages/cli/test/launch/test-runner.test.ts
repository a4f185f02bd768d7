import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gone } from './fake-checkout.ts';

interface Watch {
  env: Record<string, string>;
  folder: string;
  close(): Promise<string[]>;
}

async function leakWatch(): Promise<Watch> {
  const { LeakWatch } = await import(join(CHECKOUT, 'scripts/leaks.mjs'));
  return new LeakWatch();
}

describe('what tests leave behind', () => {
  test('nothing, when they are tidy', async () => {
    const watch = await leakWatch();
    const child = spawn('sleep', ['0.3'], { env: { ...process.env, ...watch.env } });
    const folder = mkdtempSync(join(watch.folder, 'x-'));
    rmSync(folder, { recursive: true });
    expect(await watch.close()).toEqual([]);
    expect(await gone(child.pid ?? 0)).toBe(true);
    expect(existsSync(watch.folder)).toBe(false);
  });

  test('a process and a folder that were left are named, and ended', async () => {
    const watch = await leakWatch();
    const child = spawn('sleep', ['600'], { env: { ...process.env, ...watch.env }, detached: true });
    mkdirSync(join(watch.folder, 'leadmaster-forgotten'));
    mkdirSync(join(watch.folder, 'org.chromium.Chromium.abc'));
    const left = await watch.close();
    expect(left).toEqual([
      `process ${child.pid}: sleep 600`,
      `temporary folder ${join(watch.folder, 'leadmaster-forgotten')}`,
    ]);
    expect(await gone(child.pid ?? 0)).toBe(true);
  });
});

test('the reporter counts each test once, tests that cannot run as failed, and keeps the reasons of skips', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-reporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, body: string): void =>
    writeFileSync(
      join(folder, `${name}.test.js`),
      `import { beforeAll, describe, expect, test } from 'vitest';\n${body}`,
    );
  file('good', `test('a', () => {}); test.each([1, 2])('b %s', () => {});`);
  file(
    'bad',
    `test('fails', () => expect(1).toBe(2)); describe('hook', () => { beforeAll(() => { throw new Error('no hook'); }); test('c', () => {}); });`,
  );
  file('unloadable', `throw new Error('cannot load');`);
  file('skips', `test('d', (context) => context.skip('no browser')); test.skip('e', () => {});`);
  const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
  const reporter = join(CHECKOUT, 'scripts/vitest-reporter.mjs');
  const config = join(folder, 'vitest.config.js');
  writeFileSync(config, 'export default {};');
  const args = [vitest, 'run', '--root', folder, '--config', config, `--reporter=${reporter}`];
  // Vitest is resolved from where the tests lie.
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(CHECKOUT, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [count, code] = await Promise.all([
    new Promise((resolve) => child.once('message', resolve)),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  expect(code).toBe(1);
  expect(count).toMatchObject({ passed: 3, skipped: 3 });
  const { failed, skips, failures } = count as { failed: number; skips: string[]; failures: string[] };
  expect(failed).toBeGreaterThanOrEqual(3);
  expect(failures.join('\n')).toMatch(/bad.*fails/);
  expect(failures.join('\n')).toMatch(/unloadable.*cannot load/);
  expect(failures.join('\n')).toMatch(/no hook/);
  expect(skips.join('\n')).toMatch(/d: no browser/);
  expect(skips.join('\n')).toMatch(/e: no reason given/);
});

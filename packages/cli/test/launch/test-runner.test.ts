import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
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

  test('what a killed manager of tests leaves in memory is named, and removed', async () => {
    const watch = await leakWatch();
    const folder = mkdtempSync(join(watch.env.LEADMASTER_TEST_MEMORY ?? '', 'leadmaster-manager-'));
    expect(await watch.close()).toEqual([`temporary folder ${folder}`]);
    expect(existsSync(folder)).toBe(false);
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

/** A folder of test files, and vitest with our reporter alone on it. */
class Reported {
  readonly folder = mkdtempSync(join(tmpdir(), 'leadmaster-reporter-'));

  constructor() {
    // Vitest is resolved from where the tests lie.
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(join(CHECKOUT, 'node_modules/vitest'), join(this.folder, 'node_modules/vitest'));
    writeFileSync(join(this.folder, 'vitest.config.js'), 'export default {};');
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  file(name: string, body: string): void {
    const imports = `import { beforeAll, describe, expect, test } from 'vitest';`;
    writeFileSync(join(this.folder, `${name}.test.js`), `${imports}\n${body}`);
  }

  run(...more: string[]): ChildProcess {
    const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
    const reporter = `--reporter=${join(CHECKOUT, 'scripts/vitest-reporter.mjs')}`;
    const args = [
      vitest,
      'run',
      '--root',
      this.folder,
      '--config',
      join(this.folder, 'vitest.config.js'),
      reporter,
      ...more,
    ];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  }
}

test('the reporter counts each test once, tests that cannot run as failed, and keeps the reasons of skips', async () => {
  const reported = new Reported();
  reported.file('good', `test('a', () => {}); test.each([1, 2])('b %s', () => {});`);
  reported.file(
    'bad',
    `test('fails', () => expect(1).toBe(2)); describe('hook', () => { beforeAll(() => { throw new Error('no hook'); }); test('c', () => {}); });`,
  );
  reported.file('unloadable', `throw new Error('cannot load');`);
  reported.file('skips', `test('d', (context) => context.skip('no browser')); test.skip('e', () => {});`);
  const child = reported.run();
  const told = text(child.stdout ?? Readable.from([]));
  const [[count], [code]] = await Promise.all([once(child, 'message'), once(child, 'close')]);
  expect(code).toBe(1);
  expect(count).toMatchObject({ passed: 3, skipped: 3 });
  const { failed, skips, failures } = count as { failed: number; skips: string[]; failures: string[] };
  expect(failed).toBeGreaterThanOrEqual(3);
  // Kept for the end, and told as they came.
  for (const lines of [failures.join('\n'), await told]) {
    expect(lines).toMatch(/bad.*fails/);
    expect(lines).toMatch(/unloadable.*cannot load/);
    expect(lines).toMatch(/no hook/);
  }
  expect(skips.join('\n')).toMatch(/d: no browser/);
  expect(skips.join('\n')).toMatch(/e: no reason given/);
});

test('a test that passes at its second try is counted as passed and named with its first failure', async () => {
  const reported = new Reported();
  reported.file('chance', `let tries = 0; test('second', () => expect(++tries).toBe(2));`);
  const child = reported.run('--retry=1');
  const told = text(child.stdout ?? Readable.from([]));
  const [[count], [code]] = await Promise.all([once(child, 'message'), once(child, 'close')]);
  expect(code).toBe(0);
  expect(count).toMatchObject({
    passed: 1,
    failed: 0,
    unsteady: [expect.stringMatching(/second: expected 1 to be 2/)],
  });
  expect(await told).toMatch(/UNSTEADY after \d+ s {2}.*second/);
});

test('the reporter tells a failure while the run continues', async () => {
  const reported = new Reported();
  const gate = join(reported.folder, 'told');
  reported.file(
    'bad',
    `import { existsSync } from 'node:fs';
     test('fails', () => expect(1).toBe(2));
     test('continues', async () => {
       while (!existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 20));
     }, 20_000);`,
  );
  const child = reported.run();
  const counted = once(child, 'message');
  let told = '';
  for await (const part of child.stdout ?? []) {
    told += String(part);
    if (/FAILED after \d+ s {2}.*fails: expected 1 to be 2/.test(told)) writeFileSync(gate, '');
  }
  expect((await counted)[0]).toMatchObject({ passed: 1, failed: 1 });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { exitOf, gone } from '../launch/fake-checkout.ts';

/** The command line as a user runs it, but for the install that stands before it. */
const MAIN = join(CHECKOUT, 'packages/cli/src/main.ts');

beforeEach(async (context) => {
  const missing = await findBrowser({ chromePath: null, visible: false }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (missing !== null) context.skip(missing);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Running {
  child: ChildProcess;
  said(): string;
}

async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-demo-'));
  const env = {
    ...process.env,
    LEADMASTER_DATA_DIR: join(folder, 'data'),
    SESSION_MANAGER_PORT: String(await freePort()),
  };
  const children: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(exitOf));
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    children.push(child);
    return { child, said: () => text };
  };
  const cli = async (...args: string[]) => {
    const { child, said } = start(...args);
    return { code: await exitOf(child), text: said() };
  };
  return { folder, start, cli };
}

test('start --demo: from nothing to a linked session, and back after a restart without a QR', async () => {
  const { folder, start, cli } = await demo();
  const service = start('start', '--demo');
  await expect.poll(service.said, { timeout: 20_000 }).toContain('phone scan ventas');
  expect(service.said()).toMatch(/LeadMaster is running.*address +http.*browser +\w+ \d+.*\.\/leadmaster qr NAME/s);
  // Nothing of the demo lies in the real data folder.
  expect(existsSync(join(folder, 'data'))).toBe(false);

  const qr = start('qr', 'ventas');
  await expect.poll(qr.said, { timeout: 20_000 }).toContain('QR 1 of ventas');
  expect(await cli('phone', 'scan', 'ventas')).toMatchObject({ code: 0 });
  expect(await exitOf(qr.child)).toBe(0);
  expect(qr.said()).toContain('READY ventas is linked as');

  expect(await cli('send', 'ventas', '5491199990000', 'hola che')).toMatchObject({ code: 0 });
  expect((await cli('phone', 'inbox')).text).toContain('hola che');
  expect(await cli('phone', 'send', 'ventas', 'buenas')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await cli('events', 'ventas')).text, { timeout: 10_000 }).toContain('text=buenas');

  const { pid } = JSON.parse(readFileSync(join(folder, 'data-demo/demo.json'), 'utf8'));
  expect(pid).toBe(service.child.pid);
  service.child.kill('SIGTERM');
  expect(await exitOf(service.child)).toBe(0);
  expect(existsSync(join(folder, 'data-demo/demo.json'))).toBe(false);
  expect(await cli('sessions')).toMatchObject({ code: 6 });
  expect((await cli('phone', 'inbox')).text).toContain('No demo is running');

  const again = start('start', '--demo');
  await expect.poll(again.said, { timeout: 20_000 }).toContain('LeadMaster is running');
  await expect.poll(async () => (await cli('sessions')).text, { timeout: 20_000 }).toMatch(/ventas +READY/);
  expect((await cli('events', 'ventas', '--limit', '1000')).text.match(/session\.qr/g)).toHaveLength(1);
  again.child.kill('SIGINT');
  expect(await exitOf(again.child)).toBe(0);
});

test('a demo that is killed outright takes the stand-in and every browser with it', async () => {
  const { folder, start, cli } = await demo();
  const service = start('start', '--demo');
  await expect.poll(service.said, { timeout: 20_000 }).toContain('phone scan ventas');
  expect(await cli('session', 'create', 'ventas')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await cli('sessions')).text, { timeout: 20_000 }).toMatch(/QR_REQUIRED/);
  const children = readFileSync(`/proc/${service.child.pid}/task/${service.child.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  expect(children.length).toBeGreaterThanOrEqual(2);
  service.child.kill('SIGKILL');
  for (const pid of children) expect(await gone(pid)).toBe(true);
  // Its note is left behind, and nobody takes it for a demo that runs.
  expect(existsSync(join(folder, 'data-demo/demo.json'))).toBe(true);
  expect((await cli('phone', 'inbox')).text).toContain('No demo is running');
});

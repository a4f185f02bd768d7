import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { exitOf, gone } from '../launch/fake-checkout.ts';
import { demo, needBrowser } from './demo-service.ts';

beforeEach(needBrowser);

test('start --demo: from nothing to a linked session, and back after a restart without a QR', async () => {
  const { folder, start, cli } = await demo();
  const service = start('start', '--demo', '--empty');
  await expect.poll(service.said, { timeout: 45_000 }).toContain('phone scan ventas');
  expect(service.said()).toMatch(
    /LeadMaster is running.*hub +http.*manager +http.*browser +\w+ \d+.*\.\/leadmaster qr NAME/s,
  );
  // Nothing of the demo lies in the real data folder.
  expect(existsSync(join(folder, 'data'))).toBe(false);

  const qr = start('qr', 'ventas');
  await expect.poll(qr.said, { timeout: 45_000 }).toContain('QR 1 of ventas');
  expect(await cli('phone', 'scan', 'ventas')).toMatchObject({ code: 0 });
  expect(await exitOf(qr.child)).toBe(0);
  expect(qr.said()).toContain('READY ventas is linked as');

  expect(await cli('send', 'ventas', '5491199990000', 'hola che')).toMatchObject({ code: 0 });
  expect((await cli('phone', 'inbox')).text).toContain('hola che');
  expect(await cli('phone', 'send', 'ventas', 'buenas')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await cli('events', 'ventas')).text, { timeout: 45_000 }).toContain('text=buenas');

  const { pid } = JSON.parse(readFileSync(join(folder, 'data-demo/demo.json'), 'utf8'));
  expect(pid).toBe(service.child.pid);
  service.child.kill('SIGTERM');
  expect(await exitOf(service.child)).toBe(0);
  expect(existsSync(join(folder, 'data-demo/demo.json'))).toBe(false);
  expect(await cli('sessions')).toMatchObject({ code: 6 });
  expect((await cli('phone', 'inbox')).text).toContain('No demo is running');

  const again = start('start', '--demo', '--empty');
  await expect.poll(again.said, { timeout: 45_000 }).toContain('LeadMaster is running');
  await expect.poll(async () => (await cli('sessions')).text, { timeout: 45_000 }).toMatch(/ventas +READY/);
  expect((await cli('events', 'ventas', '--limit', '1000')).text.match(/session\.qr/g)).toHaveLength(1);
  again.child.kill('SIGINT');
  expect(await exitOf(again.child)).toBe(0);
});

test('a demo that is killed outright takes the stand-in and every browser with it', async () => {
  const { folder, start, cli } = await demo();
  const service = start('start', '--demo', '--empty');
  await expect.poll(service.said, { timeout: 45_000 }).toContain('phone scan ventas');
  expect(await cli('session', 'create', 'ventas')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await cli('sessions')).text, { timeout: 45_000 }).toMatch(/QR_REQUIRED/);
  const children = readFileSync(`/proc/${service.child.pid}/task/${service.child.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  expect(children.length).toBeGreaterThanOrEqual(2);
  service.child.kill('SIGKILL');
  for (const pid of children) expect(await gone(pid)).toBe(true);
  // Its note is left behind, and is not taken for a demo that runs.
  expect(existsSync(join(folder, 'data-demo/demo.json'))).toBe(true);
  expect((await cli('phone', 'inbox')).text).toContain('No demo is running');
});

test('a demo whose port is taken leaves its folder as it was', async () => {
  const { folder, managerPort, start } = await demo();
  const other = createServer().listen(managerPort, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const service = start('start', '--demo');
  expect(await exitOf(service.child)).toBe(1);
  expect(service.said()).toContain(`another program listens on 127.0.0.1:${managerPort}`);
  expect(readdirSync(join(folder, 'data-demo'))).toEqual([]);
});

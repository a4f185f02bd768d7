import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Bench, pause, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const INDEXED_DB = 'Default/IndexedDB';
const LOCAL_STORAGE = 'Default/Local Storage';

test('a scanned QR links the page, and the login outlives a restart', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  expect(session.client.info.wid.user).toBe(ANA);
  expect(await session.client.getState()).toBe('CONNECTED');
  expect(await session.client.getWWebVersion()).toBe(world.settings.page.version);
  expect(world.phone(ANA).devices).toMatchObject([{ id: 1, online: true }]);
  await session.stop();
  await until(() => world.phone(ANA).devices[0]?.online === false, 'the device to go offline');

  const again = bench.start(world, profile);
  await again.ready();
  expect(again.count('qr')).toBe(0);
  expect(world.observed.filter((entry) => ['rollback', 'duplicate'].includes(entry.type))).toEqual([]);
});

test('a login survives kill -9 once it has been flushed', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  await session.stop();
  const second = bench.start(world, profile);
  await second.ready();
  await second.kill();
  const third = bench.start(world, profile);
  await third.ready();
  expect(third.count('qr')).toBe(0);
  expect(world.observed.filter((entry) => ['rollback', 'duplicate'].includes(entry.type))).toEqual([]);
});

test('either store alone is not a login', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  for (const part of [INDEXED_DB, LOCAL_STORAGE]) {
    const half = await bench.profile();
    await mkdir(join(half, 'Default'), { recursive: true });
    await cp(join(profile, part), join(half, part), { recursive: true });
    const session = bench.start(world, half);
    await session.event('qr');
    expect(world.observed.filter((entry) => entry.type === 'login')).toEqual([]);
    await session.stop();
  }
  await rm(join(profile, 'Default/Service Worker'), { recursive: true, force: true });
  const whole = bench.start(world, profile);
  await whole.ready();
  expect(whole.count('qr')).toBe(0);
});

test('a phone accepts only the QR that is shown now, unaltered', async () => {
  const world = await bench.world({ qr: { firstMs: 700, nextMs: 700, count: 3 } });
  const session = bench.start(world, await bench.profile());
  const phone = world.phone(ANA);
  const first = await session.event<string>('qr');
  await expect(phone.scan('2@nonsense,a,b,c,1')).rejects.toMatchObject({ code: 'unknown_qr' });
  const [ref, noise, ...rest] = first.split(',');
  const altered = [ref, `${noise}A`, ...rest].join(',');
  await expect(phone.scan(altered)).rejects.toMatchObject({ code: 'altered_qr' });
  const second = await session.event<string>('qr', (qr) => qr !== first);
  await expect(phone.scan(first)).rejects.toMatchObject({ code: 'stale_qr' });
  await phone.scan(second);
  await session.ready();
});

test('after the last reference the page idles, and refreshQR brings new ones', async () => {
  const world = await bench.world({ qr: { firstMs: 1_000, nextMs: 1_000, count: 2 } });
  const session = bench.start(world, await bench.profile());
  await session.waitForState('UNPAIRED_IDLE');
  await pause(600);
  expect(session.count('qr')).toBe(2);
  expect(world.observed.some((entry) => entry.type === 'qr_exhausted')).toBe(true);
  world.configure({ qr: { firstMs: 20_000 } });
  const qr = session.next<string>('qr');
  await session.page(`window.require('WAWebCmd').Cmd.refreshQR()`);
  await world.phone(ANA).scan(await qr);
  await session.ready();
});

test('a pairing code links the phone for which it was made, and no other', async () => {
  const world = await bench.world();
  const session = bench.start(world, await bench.profile(), { pairWith: ANA });
  const code = await session.event<string>('code');
  expect(code).toMatch(/^[1-9A-Z]{8}$/);
  await expect(world.phone('5491100000002').enterPairingCode(code)).rejects.toMatchObject({ code: 'wrong_phone' });
  await expect(world.phone(ANA).enterPairingCode('AAAAAAAA')).rejects.toMatchObject({ code: 'unknown_code' });
  await world.phone(ANA).enterPairingCode(`${code.slice(0, 4)}-${code.slice(4)}`);
  await session.ready();
  expect(session.client.info.wid.user).toBe(ANA);
});

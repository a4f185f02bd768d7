import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLIENTS, CUSTOMERS, pastOf } from '../../src/demo/chats.ts';
import { clientsIn, noteClients } from '../../src/demo/clients.ts';
import { demoEnv, isOfAnotherDemo } from '../../src/demo/demo.ts';
import { run, tempFolder } from '../harness.ts';

test('a folder that a demo without clients has left keeps its sessions as they are', () => {
  const folder = tempFolder();
  expect(isOfAnotherDemo(folder)).toBe(false);
  writeFileSync(join(folder, 'session-manager.db'), '');
  expect(isOfAnotherDemo(folder)).toBe(true);
  noteClients(folder, 'begun');
  expect([isOfAnotherDemo(folder), clientsIn(folder)]).toEqual([false, 'begun']);
  noteClients(folder, 'made');
  expect(clientsIn(folder)).toBe('made');
});

test('nothing of a demo goes into the vault, the database or the address of the real service', () => {
  const real = {
    VAULT_URL: 'file:/mnt/vault',
    VAULT_KEY_FILE: '/root/vault.key',
    DATABASE_URL: 'postgres://real',
    HUB_SECRET_FILE: '/root/hub.secret',
    HUB_URL: 'https://hub.example.org',
    LEADMASTER_DATA_DIR: '/srv/data',
  };
  const own = demoEnv(real, '/srv/data-demo');
  const same = Object.entries(real).filter(([name, value]) => own[name] === value);
  expect(same).toEqual([]);
  expect(own.LEADMASTER_DATA_DIR).toBe('/srv/data-demo');
});

test('builds are tried in seconds, unless the environment says otherwise', () => {
  expect(demoEnv({}, '/d')).toMatchObject({ WEB_VERSION: 'guarded', GUARD_QUIET_S: '45' });
  expect(demoEnv({ WEB_VERSION: 'live' }, '/d').WEB_VERSION).toBe('live');
});

test('the terminal of a demo shows warnings alone, unless the environment says otherwise', () => {
  expect(demoEnv({}, '/d').LOG_LEVEL).toBe('warn');
  expect(demoEnv({ LOG_LEVEL: 'info' }, '/d').LOG_LEVEL).toBe('info');
});

test('each client has a past of days with each customer, in order and in two languages', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const [en, es] = [pastOf('en', now), pastOf('es', now)];
  expect(CLIENTS.map(({ name }) => name)).toEqual(['tienda-norte', 'soporte', 'ventas']);
  expect(new Set(en.map((letter) => letter.with)).size).toBe(CUSTOMERS.length);
  expect(en.every(({ atMs }) => atMs < now)).toBe(true);
  expect(es.map(({ atMs }) => atMs)).toEqual(en.map(({ atMs }) => atMs));
  expect(es.map(({ text }) => text)).not.toEqual(en.map(({ text }) => text));
});

test('--empty without a demo is refused, and changes nothing', async () => {
  const ran = await run(['start', '--empty'], { env: { LEADMASTER_DATA_DIR: join(tempFolder(), 'data') } });
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--empty is for a demo alone') });
});

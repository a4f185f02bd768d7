import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { exitOf } from '../launch/fake-checkout.ts';
import { demo, needBrowser } from './demo-service.ts';

beforeEach(needBrowser);

test('a linked session: taken, proven, restored, extracted; again with the service down; recovered elsewhere', async () => {
  const { folder, start, cli, cliWith } = await demo();
  const service = start('start', '--demo', '--empty');
  await expect.poll(service.said, { timeout: 60_000 }).toContain('phone scan ventas');
  const qr = start('qr', 'ventas');
  await expect.poll(qr.said, { timeout: 60_000 }).toContain('QR 1 of ventas');
  expect(await cli('phone', 'scan', 'ventas')).toMatchObject({ code: 0 });
  expect(await exitOf(qr.child)).toBe(0);

  expect(await cli('snapshot', 'create', 'ventas')).toMatchObject({
    code: 0,
    text: expect.stringMatching(
      /ventas: snapshot \d+-\w+, \d+ files, .* paused \d+ ms \((stopped by a signal|frozen by the kernel)\), took /,
    ),
  });
  expect(await cli('snapshot', 'verify', 'ventas')).toMatchObject({
    code: 0,
    text: expect.stringContaining('is good'),
  });
  const { items } = JSON.parse((await cli('snapshot', 'list', 'ventas', '--json')).text);
  const [{ id }] = items;
  expect((await cli('snapshot', 'show', 'ventas', id, '--files')).text).toMatch(/Databases\nok .*IndexedDB/s);

  const restore = ['snapshot', 'restore', 'ventas', id, '--yes'];
  const refused = await cli(...restore);
  expect(refused).toMatchObject({ code: 4, text: expect.stringContaining(`restore ventas ${id} --restart`) });
  const back = await cli(...restore, '--restart', '--overwrite-newer');
  expect(back).toMatchObject({ code: 0, text: expect.stringContaining(`is back at snapshot ${id}`) });
  await expect.poll(async () => (await cli('sessions')).text, { timeout: 60_000 }).toMatch(/ventas +READY/);
  expect(await cli('snapshot', 'restore', 'ventas', id, '--to', join(folder, 'out'))).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'out/Default/IndexedDB'))).toBe(true);

  service.child.kill('SIGTERM');
  expect(await exitOf(service.child)).toBe(0);
  const data = `${folder}/data-demo`;
  const down = cliWith({ LEADMASTER_DATA_DIR: data });
  expect((await down('snapshot', 'list')).text).toContain(id);
  expect(await down('snapshot', 'verify', 'ventas', id)).toMatchObject({ code: 0 });
  expect(await down(...restore, '--overwrite-newer')).toMatchObject({ code: 0 });

  const vault = { VAULT_URL: `file:${data}/vault`, VAULT_KEY_FILE: join(data, 'vault.key') };
  const fresh = cliWith({ LEADMASTER_DATA_DIR: join(folder, 'fresh'), ...vault });
  expect((await fresh('recover')).text).toMatch(/^ventas +\d+ .* no$/m);
  expect(await fresh('recover', '--all')).toMatchObject({ code: 5 });
  expect(await fresh('recover', '--all', '--origin-retired')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^ok {3}ventas from /m),
  });
  expect(existsSync(join(folder, 'fresh/tokens/ventas/Default/IndexedDB'))).toBe(true);
}, 240_000);

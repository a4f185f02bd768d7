import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesIn, putProfile } from '../../../session-manager/test/adopt/profiles.ts';
import { exitOf } from '../launch/fake-checkout.ts';
import { demo, needBrowser } from './demo-service.ts';
import { whyNotAs } from './other-user.ts';

const PASSPHRASE = { LEADMASTER_PASSPHRASE: 'caballo batería grapa' };
const NOBODY = 65_534;
const STRANGER = 12_345;

test('a session as a file: out of a running service and into one, with the service down the same', {
  timeout: 120_000,
}, async (context) => {
  // None is opened: what a session was written by is held against the one that is here.
  await needBrowser(context);
  const { folder, start, cliWith } = await demo();
  const here = join(folder, 'data');
  const cli = cliWith(PASSPHRASE);
  const [running, resting] = [join(folder, 'running.lmx'), join(folder, 'resting.lmx')];

  const service = start('session-manager');
  await expect.poll(() => cli('sessions').then(({ code }) => code), { timeout: 30_000 }).toBe(0);
  const old = await putProfile(join(folder, 'bot/session'));
  expect(await cli('adopt', old, '--name', 'ventas', '--move')).toMatchObject({ code: 0 });
  expect(await cli('export', 'ventas', running)).toMatchObject({
    code: 0,
    text: expect.stringMatching(/running\.lmx: .* read back and proven/),
  });
  expect(statSync(running).mode & 0o777).toBe(0o600);
  expect(await cli('import', running)).toMatchObject({ code: 4, text: expect.stringMatching(/There is a session/) });
  const beside = JSON.parse((await cli('import', running, '--name', 'otra', '--json')).text);
  expect(beside).toMatchObject({ name: 'otra', state: 'STOPPED', originRetired: false });
  expect(await cli('session', 'start', 'otra')).toMatchObject({
    code: 4,
    text: expect.stringMatching(/--origin-retired/),
  });
  const login = 'Default/Local Storage/leveldb/000003.log';
  expect(await filesIn(join(here, 'tokens/otra'))).toContain(login);

  service.child.kill('SIGTERM');
  expect(await exitOf(service.child)).toBe(0);
  expect(await cli('export', 'ventas', resting, '--retire')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/The service is down.*ventas is MOVED here/s),
  });
  expect(await filesIn(join(here, 'tokens'))).not.toContain(`ventas/${login}`);
  // Nothing was ever saved there: what is only a command makes no vault and no key.
  const fresh = cliWith({ ...PASSPHRASE, LEADMASTER_DATA_DIR: join(folder, 'fresh') });
  expect(await fresh('import', resting, '--origin-retired')).toMatchObject({
    code: 1,
    text: expect.stringMatching(/There is no vault .*npm start/s),
  });
  expect(await cli('import', resting)).toMatchObject({ code: 4, text: expect.stringMatching(/--origin-retired/) });
  expect(await cli('import', resting, '--origin-retired')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/The service is down.*ventas is STOPPED/s),
  });
  expect(await filesIn(join(here, 'tokens/ventas'))).toContain(login);
  expect(readdirSync(join(here, 'staging'))).toEqual([]);
});

test('a file of another user that this user may not read is refused', async (context) => {
  const reason = whyNotAs(NOBODY);
  if (reason !== null) return context.skip(reason);
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-owner-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, NOBODY, NOBODY);
  const file = join(folder, 'ventas.lmx');
  writeFileSync(file, 'sealed', { mode: 0o600 });
  chownSync(file, STRANGER, STRANGER);
  const { cliAs } = await demo();
  const ran = await cliAs(NOBODY, { ...PASSPHRASE, LEADMASTER_DATA_DIR: data })('import', file);
  expect(ran).toMatchObject({ code: 1, text: expect.stringMatching(/ventas\.lmx.*EACCES/) });
  expect(readdirSync(data)).toEqual([]);
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore, folderSource, openVault, parseMasterKeys } from '@leadmaster/vault';
import { expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)] as const;

/** A data folder with a vault of one session, a new key, and no service. */
async function saved() {
  const dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-vault-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  mkdirSync(join(dataDir, 'profile'));
  writeFileSync(join(dataDir, 'vault.key'), `${OLD}\n`, { mode: 0o600 });
  writeFileSync(join(dataDir, 'new.key'), `${NEW}\n`, { mode: 0o600 });
  const store = new FolderStore(join(dataDir, 'vault'), { create: true });
  const vault = await openVault({ store, masterKeys: parseMasterKeys(OLD), create: true });
  await vault.save('ventas', folderSource(join(dataDir, 'profile')), { kind: 'full' });
  const cli = (...line: string[]) =>
    run(['vault', 'rotate-key', ...line], { env: { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: '9' } });
  return { dataDir, store, cli };
}

test('rotate-key says beforehand that both keys are needed, and afterwards what is left to do', async () => {
  const { dataDir, store, cli } = await saved();
  const { code, stdout, stderr } = await cli(join(dataDir, 'new.key'));
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^2 keys wrapped again\. The new key, [0-9a-f]{16}, opens all .* 1 session\.\n$/),
  });
  expect(stderr).toMatch(/needs the old key and the new one.*give the command again/s);
  expect(stderr).toMatch(/VAULT_KEY_FILE stays as it is.*doctor --key-copied COPY.*another machine.*the old key/is);
  const rotated = await openVault({ store, masterKeys: parseMasterKeys(NEW) });
  expect(await rotated.sessions()).toEqual(['ventas']);
});

test('rotate-key with --json prints public names alone, never a key', async () => {
  const { dataDir, cli } = await saved();
  const { code, stdout, stderr } = await cli(join(dataDir, 'new.key'), '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    keyFile: join(dataDir, 'vault.key'),
    key: parseMasterKeys(NEW)[0]?.id,
    olderKeys: [parseMasterKeys(OLD)[0]?.id],
    rewrapped: 2,
    sessions: ['ventas'],
  });
});

test('rotate-key without a new key says how to make one, and changes nothing', async () => {
  const { dataDir, cli } = await saved();
  const { code, stderr } = await cli(join(dataDir, 'none.key'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/none\.key.*openssl rand -hex 32/s);
  expect(readFileSync(join(dataDir, 'vault.key'), 'utf8')).toBe(`${OLD}\n`);
  expect(await cli()).toMatchObject({ code: 2 });
});

test('repair writes a lost header again, says by what it is proven, and then has nothing to do', async () => {
  const { dataDir } = await saved();
  const cli = (...line: string[]) =>
    run(['vault', 'repair', ...line], { env: { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: '9' } });
  const header = join(dataDir, 'vault', 'vault');
  const good = readFileSync(header);
  rmSync(header);
  expect(await cli()).toMatchObject({ code: 0, stdout: /is written again, proven by keys\// });
  expect(readFileSync(header)).toEqual(good);
  expect(JSON.parse((await cli('--json')).stdout)).toMatchObject({ written: false });
  writeFileSync(join(dataDir, 'vault.key'), `${NEW}\n`);
  rmSync(header);
  expect(await cli()).toMatchObject({ code: 1, stderr: /nothing proves/ });
});

test('create --new makes a vault where there is none, and accept takes another; both say which', async () => {
  const { dataDir } = await saved();
  const env = { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: '9' };
  const cli = (...line: string[]) => run(['vault', ...line], { env });
  expect(await cli('create')).toMatchObject({ code: 2, stderr: /--new/ });
  expect(await cli('create', '--new')).toMatchObject({ code: 4, stderr: /There is a vault at .* already/ });
  rmSync(join(dataDir, 'vault'), { recursive: true });
  const made = JSON.parse((await cli('create', '--new', '--json')).stdout);
  expect(made.vault).toMatch(/^[0-9a-f]{32}$/);
  expect(readFileSync(join(dataDir, 'vault.key'), 'utf8')).toBe(`${OLD}\n# vault ${made.vault}\n`);
  expect(await cli('accept')).toMatchObject({ code: 2, stderr: /--yes/ });
  expect(await cli('accept', '--yes')).toMatchObject({ code: 0, stdout: new RegExp(`${made.vault} .* is accepted`) });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore, folderSource, newMasterKeyText, openVault, parseMasterKeys } from '@leadmaster/vault';
import { expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';

/** A data folder with a real vault that holds two snapshots of one profile, and no service. */
async function saved() {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster extract 100% '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const profile = join(folder, 'profile');
  mkdirSync(join(profile, 'Default'), { recursive: true });
  mkdirSync(dataDir);
  const key = newMasterKeyText();
  writeFileSync(join(dataDir, 'vault.key'), key, { mode: 0o600 });
  const store = new FolderStore(join(dataDir, 'vault'), { create: true });
  const vault = await openVault({ store, masterKeys: parseMasterKeys(key), create: true });
  const ids: string[] = [];
  for (const text of ['first', 'second']) {
    writeFileSync(join(profile, 'Default/Preferences'), text);
    ids.push((await vault.save('ventas', folderSource(profile), { kind: 'full', extra: {} })).id);
  }
  const cli = (line: string[], env: Record<string, string> = {}) =>
    run(['snapshot', 'restore', 'ventas', ...line], { env: { LEADMASTER_DATA_DIR: dataDir, ...env } });
  return { folder, dataDir, ids, cli };
}

test('restore --to writes the files alone: no service, no lock, no session', async () => {
  const { folder, ids, cli } = await saved();
  const to = join(folder, 'out');
  const { code, stdout, stderr } = await cli(['--to', to]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `${to}: 1 file, 6 B, of snapshot ${ids[1]} of ventas.\n`,
  });
  expect(stderr).toMatch(/hold the login/);
  expect(readFileSync(join(to, 'Default/Preferences'), 'utf8')).toBe('second');
  // That it is a copy of a login can be seen for snapshots of every origin.
  expect(existsSync(join(to, '.leadmaster-snapshot.json'))).toBe(true);
  const older = join(folder, 'older');
  expect(JSON.parse((await cli(['1', '--to', older, '--json'])).stdout)).toEqual({
    session: 'ventas',
    snapshot: ids[0],
    path: older,
    files: 1,
    bytes: 5,
  });
  expect(readFileSync(join(older, 'Default/Preferences'), 'utf8')).toBe('first');
});

test('what stands in the way is said, and nothing is written', async () => {
  const { folder, dataDir, cli } = await saved();
  const to = join(folder, 'out');
  expect(await cli(['9', '--to', to])).toMatchObject({ code: 3 });
  expect(await cli(['--to', dataDir])).toMatchObject({ code: 4, stderr: /not empty/ });
  expect(await cli(['--to', to, '--yes'])).toMatchObject({ code: 2, stderr: /cannot be used with/ });
  expect(
    await cli(['--to', to], { VAULT_URL: `file:${folder}/nowhere`.replaceAll('%', '%25').replaceAll(' ', '%20') }),
  ).toMatchObject({ code: 1 });
  writeFileSync(join(dataDir, 'vault.key'), newMasterKeyText());
  expect(await cli(['--to', to])).toMatchObject({ code: 1, stderr: /key/ });
  rmSync(join(dataDir, 'vault.key'));
  expect(await cli(['--to', to])).toMatchObject({ code: 1, stderr: /vault\.key.*VAULT_KEY_FILE/s });
  expect(() => readFileSync(to)).toThrow('ENOENT');
});

test('among the sessions of a LeadMaster nothing is written: it would be a second owner of the login', async () => {
  const { folder, dataDir, cli } = await saved();
  const other = join(folder, 'other');
  for (const name of ['tokens', 'locks', 'trash', 'staging']) mkdirSync(join(other, name), { recursive: true });
  symlinkSync(join(other, 'tokens'), join(folder, 'link'));
  for (const to of [join(dataDir, 'tokens/uno'), join(other, 'tokens/uno/deep'), join(folder, 'link/uno')]) {
    expect(await cli(['--to', to])).toMatchObject({ code: 2, stderr: /among the sessions of .*tokens.*export/s });
    expect(existsSync(to)).toBe(false);
  }
  expect(await cli(['--to', join(other, 'beside')])).toMatchObject({ code: 0 });
});

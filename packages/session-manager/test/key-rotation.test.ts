import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, folderSource, openStore, openVault, parseMasterKeys, type Vault } from '@leadmaster/vault';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config/index.ts';
import { rotateVaultKey } from '../src/key-rotation.ts';
import { lockDataFolder } from '../src/profile/locks.ts';
import { dataPaths } from '../src/profile/paths.ts';

const [OLD, NEW, OTHER] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(64)}\n`) as [string, string, string];
const SESSIONS = ['admin', 'soporte', 'ventas'];
/** Those of the sessions, and the vault's own. */
const KEYS = SESSIONS.length + 1;
/** Rotates, and dies once so many keys are wrapped again. */
const CHILD = `
const [module, config, file, last] = process.argv.slice(1);
const { rotateVaultKey } = await import(module);
const { readConfig } = await import(config);
const dieAfter = (done) => done === Number(last) && process.kill(process.pid, 'SIGKILL');
await rotateVaultKey(readConfig(process.env), file, {
  onBothKeys: () => dieAfter(0),
  onProgress: ({ done }) => dieAfter(done),
});
`;

/** A vault with a snapshot of each session, its key file, and a new key. */
async function machine() {
  const dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-key-rotation-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const [keyFile, fresh, profile] = ['vault.key', 'new.key', 'profile'].map((name) => join(dataDir, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(keyFile, `# kept by the operator\n${OLD}`, { mode: 0o600 });
  writeFileSync(fresh, NEW, { mode: 0o600 });
  mkdirSync(profile);
  writeFileSync(join(profile, 'Preferences'), '{}');
  const store = await openStore(`file:${dataDir}/vault`, { base: '/', create: true });
  const vault = await openVault({ store, masterKeys: parseMasterKeys(OLD), create: true });
  for (const name of SESSIONS) await vault.save(name, folderSource(profile), { kind: 'full' });
  const env = { LEADMASTER_DATA_DIR: dataDir };
  return { dataDir, keyFile, fresh, store, env, config: readConfig(env) };
}

const openWith = (store: BlobStore, keys: string): Promise<Vault> =>
  openVault({ store, masterKeys: parseMasterKeys(keys) });

async function expectWhole(vault: Vault): Promise<void> {
  expect(await vault.sessions()).toEqual(SESSIONS);
  for (const name of SESSIONS) {
    const { snapshots } = await vault.list(name);
    expect(await vault.verify(name, snapshots[0]?.id ?? '')).toMatchObject({ ok: true });
  }
}

describe('rotating the master key of a vault', () => {
  test('refuses a named pipe as the new key or the present one without a wait, and changes nothing', async () => {
    const { dataDir, keyFile, fresh, store, config } = await machine();
    const pipe = join(dataDir, 'pipe');
    spawnSync('mkfifo', [pipe]);
    await expect(rotateVaultKey(config, pipe)).rejects.toThrow('not a regular file');
    const piped = { ...config, vault: { ...config.vault, keyFile: pipe } };
    await expect(rotateVaultKey(piped, fresh)).rejects.toThrow('not a regular file');
    expect(readFileSync(keyFile, 'utf8')).toContain(OLD);
    await expectWhole(await openWith(store, OLD));
  });

  test('leaves a vault that the new key opens alone, and the old one behind it in the key file', async () => {
    const { config, keyFile, fresh, store } = await machine();
    const steps: number[] = [];
    const done = await rotateVaultKey(config, fresh, { onProgress: (progress) => steps.push(progress.done) });
    expect(done).toMatchObject({ keyFile, rewrapped: KEYS, sessions: SESSIONS });
    expect([done.key, ...done.olderKeys]).toEqual(parseMasterKeys(`${NEW}${OLD}`).map(({ id }) => id));
    expect(steps).toEqual([1, 2, 3, 4]);
    await expectWhole(await openWith(store, NEW));
    await expect(openWith(store, OLD)).rejects.toMatchObject({ code: 'vault_key_wrong' });
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^b{64}\n#.*\n# kept by the operator\na{64}\n$/);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    // Said again, there is nothing left to do, and the file does not grow.
    const text = readFileSync(keyFile, 'utf8');
    expect(await rotateVaultKey(config, fresh)).toEqual({ ...done, rewrapped: 0 });
    expect(readFileSync(keyFile, 'utf8')).toBe(text);
  });

  test.each(Array.from({ length: KEYS + 1 }, (_, count) => count))(
    'killed after %i keys: the key file opens all of it, and the same call ends the work',
    async (last) => {
      const { config, env, keyFile, fresh, store } = await machine();
      const modules = ['../src/key-rotation.ts', '../src/config/index.ts'].map((path) => import.meta.resolve(path));
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', CHILD, ...modules, fresh, String(last)], {
        env: { ...env, PATH: process.env.PATH },
        encoding: 'utf8',
      });
      expect(child.signal, child.stderr).toBe('SIGKILL');
      await expectWhole(await openWith(store, readFileSync(keyFile, 'utf8')));
      if (last < KEYS) await expect(openWith(store, NEW).then(expectWhole)).rejects.toThrow();
      expect(await rotateVaultKey(config, fresh)).toMatchObject({ rewrapped: KEYS - last, sessions: SESSIONS });
      await expectWhole(await openWith(store, NEW));
    },
  );

  test('changes nothing while a service has the data folder', async () => {
    const { config, dataDir, keyFile, fresh, store } = await machine();
    const lock = lockDataFolder(dataPaths(dataDir), { port: 1 });
    onTestFinished(() => lock.release());
    await expect(rotateVaultKey(config, fresh)).rejects.toMatchObject({ code: 'data_folder_in_use' });
    expect(readFileSync(keyFile, 'utf8')).not.toContain(NEW);
    await expectWhole(await openWith(store, OLD));
  });

  test.each([
    ['a new key that is not there', (m: { fresh: string }) => rmSync(m.fresh), 'vault_key_missing', /new\.key.*ENOENT/],
    [
      'a new key that is none',
      (m: { fresh: string }) => writeFileSync(m.fresh, 'secret\n'),
      'vault_key_wrong',
      /new\.key.*64 hexadecimal/,
    ],
    [
      'a key file of another vault',
      (m: { keyFile: string }) => writeFileSync(m.keyFile, OTHER),
      'vault_key_wrong',
      /sealed with master key/,
    ],
  ])('refuses %s, and leaves the key file as it is', async (_what, spoil, code, detail) => {
    const given = await machine();
    spoil(given);
    const before = readFileSync(given.keyFile, 'utf8');
    await expect(rotateVaultKey(given.config, given.fresh)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(detail),
    });
    expect(readFileSync(given.keyFile, 'utf8')).toBe(before);
  });

  test('never takes a vault that is not there for a new one', async () => {
    const { config, dataDir, keyFile, fresh } = await machine();
    rmSync(join(dataDir, 'vault'), { recursive: true });
    await expect(rotateVaultKey(config, fresh)).rejects.toThrow();
    expect(existsSync(join(dataDir, 'vault'))).toBe(false);
    expect(readFileSync(keyFile, 'utf8')).not.toContain(NEW);
  });

  test("refuses a key file of another user's: its owner could read it no more", async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can give a file away');
    const { config, keyFile, fresh } = await machine();
    chownSync(keyFile, 65_534, 65_534);
    await expect(rotateVaultKey(config, fresh)).rejects.toMatchObject({ code: 'forbidden' });
    expect(statSync(keyFile).uid).toBe(65_534);
  });
});

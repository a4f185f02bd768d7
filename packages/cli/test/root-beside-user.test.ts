import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore, MemoryStore, newMasterKeyText, openVault, parseMasterKeys } from '@leadmaster/vault';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { MAIN } from './e2e/demo-service.ts';
import { whyNotAs } from './e2e/other-user.ts';

const SERVICE_USER = 65_534;
const PASSPHRASE = 'caballo batería grapa';

/** The installation of a service that runs as a user of its own: a data folder with its vault, and a profile in it. */
async function installation({ skip }: TestContext) {
  const reason = whyNotAs(SERVICE_USER);
  if (reason !== null) skip(reason);
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-root-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const key = newMasterKeyText();
  mkdirSync(join(dataDir, 'tokens/ventas/Default'), { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, 'vault.key'), key, { mode: 0o600 });
  const store = new FolderStore(join(dataDir, 'vault'), { create: true });
  await openVault({ store, masterKeys: parseMasterKeys(key), create: true });
  for (const path of all(dataDir)) chownSync(path, SERVICE_USER, SERVICE_USER);
  writeFileSync(join(folder, 'new.key'), newMasterKeyText(), { mode: 0o644 });
  writeFileSync(join(folder, 'file.lmx'), await exported(), { mode: 0o644 });
  const env = {
    ...process.env,
    LEADMASTER_ENV_FILE: '/dev/null',
    LEADMASTER_DATA_DIR: dataDir,
    LEADMASTER_PASSPHRASE: PASSPHRASE,
    SESSION_MANAGER_PORT: '9',
  };
  const cli = (args: readonly string[], asUser: boolean) => {
    const drop = ['setpriv', '--reuid', String(SERVICE_USER), '--regid', String(SERVICE_USER), '--clear-groups'];
    const [program = '', ...rest] = [...(asUser ? drop : []), process.execPath, MAIN, ...args];
    const { status, stdout, stderr } = spawnSync(program, rest, { env, encoding: 'utf8', timeout: 60_000 });
    return { code: status, text: stdout + stderr };
  };
  return { folder, dataDir, cli };
}

/** A real exported file, of a session that is called `ventas`. */
async function exported(): Promise<Buffer> {
  const vault = await openVault({
    store: new MemoryStore(),
    masterKeys: parseMasterKeys('0'.repeat(64)),
    create: true,
  });
  const open = () => Buffer.alloc(60_000, 'a');
  const file = {
    kind: 'file' as const,
    path: 'Default/a',
    mode: 0o600,
    mtimeMs: 0,
    size: 60_000,
    identity: null,
    open,
  };
  const { id } = await vault.save('ventas', [file], { kind: 'essential' });
  return Buffer.concat(await Array.fromAsync(vault.exportTo('ventas', id, { passphrase: PASSPHRASE })));
}

/** A folder and everything in it. */
function all(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return [folder, ...names.map((name) => join(folder, name))];
}

/** What does not belong to the service's user, below a folder of that user's. */
function foreign(dataDir: string): string[] {
  return all(dataDir).filter((path) => lstatSync(path).uid !== SERVICE_USER);
}

test('as root, beside a service that runs as another user, a command makes nothing there and says how it is given', async (context) => {
  const { folder, dataDir, cli } = await installation(context);
  const before = all(dataDir);
  for (const args of [
    ['snapshot', 'create', '--all'],
    ['snapshot', 'list'],
    ['snapshot', 'restore', 'ventas', '--yes'],
    ['snapshot', 'prune', '--yes'],
    ['recover', 'ventas', '--origin-retired'],
    ['vault', 'accept', 'ventas', '--yes'],
    ['vault', 'accept', '--yes'],
    ['vault', 'create', '--new'],
    ['vault', 'repair'],
    ['export', 'ventas', join(folder, 'out.lmx')],
    ['import', join(folder, 'file.lmx')],
    ['doctor', '--no-network', '--key-copied'],
    ['place', 'show'],
    ['place', 'accept', '--origin-retired'],
  ]) {
    const ran = cli(args, false);
    expect(ran, args.join(' ')).toMatchObject({
      code: 5,
      text: expect.stringContaining(`sudo -u '#${SERVICE_USER}' ./leadmaster`),
    });
  }
  const rotation = cli(['vault', 'rotate-key', join(folder, 'new.key')], false);
  expect(rotation).toMatchObject({ code: 5, text: expect.stringMatching(/user who runs the service|sudo -u/) });
  expect(all(dataDir)).toEqual(before);
  expect(foreign(dataDir)).toEqual([]);
}, 120_000);

test('a key file of root does not let a rotation by root into the folder of another user', async (context) => {
  const { folder, dataDir, cli } = await installation(context);
  chownSync(join(dataDir, 'vault.key'), 0, 0);
  expect(cli(['vault', 'rotate-key', join(folder, 'new.key')], false)).toMatchObject({
    code: 5,
    text: expect.stringContaining("sudo -u '#65534'"),
  });
  expect(foreign(dataDir)).toEqual([join(dataDir, 'vault.key')]);
});

test('as that user the same commands work, and everything they make is that user’s', async (context) => {
  const { folder, dataDir, cli } = await installation(context);
  expect(cli(['snapshot', 'list'], true)).toMatchObject({ code: 0, text: expect.stringContaining('No snapshots yet') });
  expect(cli(['recover'], true)).toMatchObject({ code: 0 });
  expect(cli(['doctor', '--no-network', '--key-copied'], true).text).toContain('Noted');
  expect(cli(['vault', 'rotate-key', join(folder, 'new.key')], true)).toMatchObject({ code: 0 });
  expect(readdirSync(dataDir)).toContain('session-manager.db');
  expect(foreign(dataDir)).toEqual([]);
}, 60_000);

test('root in a folder of root’s service, or of none yet, is not in the way', async (context) => {
  const { dataDir, cli } = await installation(context);
  for (const path of all(dataDir)) chownSync(path, 0, 0);
  expect(cli(['snapshot', 'list'], false)).toMatchObject({ code: 0 });
  // A container: the folder is another user's, and the service, which is root there, has made the database.
  chownSync(dataDir, SERVICE_USER, SERVICE_USER);
  expect(cli(['snapshot', 'list'], false)).toMatchObject({ code: 0 });
});

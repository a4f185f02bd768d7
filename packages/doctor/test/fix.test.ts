import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../session-manager/src/config/index.ts';
import { lockDataFolder, readOwner } from '../../session-manager/src/profile/locks.ts';
import { cleanUp } from '../../session-manager/test/profile/helpers.ts';
import { bystander } from './bystander.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

const DEAD = 2 ** 22 - 1;
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function dieWith(lockFile: string): void {
  const owner = { pid: DEAD, host: hostname(), since: new Date().toISOString(), about: {} };
  writeFileSync(`${lockFile}.owner.json`, JSON.stringify(owner), { mode: 0o600 });
  writeFileSync(lockFile, '', { mode: 0o600 });
}

const holdOpen = (file: string) => bystander(`require('fs').openSync(${JSON.stringify(file)}); `);

/** Every file of the installation but those of the database and of locks, with its content and mode. */
function everything({ paths }: SampleInstallation): Record<string, string> {
  const names = readdirSync(paths.root, { recursive: true, encoding: 'utf8' });
  const kept = names.filter((name) => !/^(locks|session-manager\.db)/.test(name)).sort();
  return Object.fromEntries(
    kept
      .filter((name) => statSync(join(paths.root, name), { throwIfNoEntry: false })?.isFile())
      .map((name) => [name, `${mode(join(paths.root, name))} ${readFileSync(join(paths.root, name), 'latin1')}`]),
  );
}

describe('doctor --fix', () => {
  test('repairs modes and takes the locks of the dead away, and nothing else', async () => {
    const installation = await SampleInstallation.healthy();
    const { paths, profile } = installation;
    const before = everything(installation);
    await chmod(paths.root, 0o755);
    await chmod(installation.config.vault.keyFile, 0o644);
    await chmod(join(profile, 'Default'), 0o755);
    await chmod(paths.record(NAME), 0o644);
    for (const name of ['SingletonLock', 'SingletonCookie']) symlinkSync(`${hostname()}-${DEAD}`, join(profile, name));
    await mkdir(join(paths.locks, 'sessions'), { mode: 0o700 });
    dieWith(paths.sessionLock(NAME));
    dieWith(paths.dataLock);
    // What only the operator may decide about.
    await mkdir(paths.session('admin'), { mode: 0o700 });
    installation.putArrival('soporte', 'sealed', 2 * 3_600_000);

    const { fixed, findings, ok } = await installation.examine({ fix: true });
    expect(fixed.map(({ id, done }) => [id, done])).toEqual([
      ['modes_open', true],
      ['modes_inside', true],
      ['singleton_stale', true],
      ['lock_stale', true],
      ['lock_stale', true],
      ['vault_key_open', true],
    ]);
    const left = findings.filter(({ severity, id }) => severity !== 'ok' && id !== 'runs_as_root');
    expect(left.map(({ id }) => id)).toEqual(['profile_unclaimed', 'arrival_sealed']);
    expect(ok).toBe(true);
    expect(mode(paths.root)).toBe('700');
    expect(readOwner(paths.dataLock)).toBeNull();
    expect(everything(installation)).toEqual(before);
    expect((await installation.examine({ fix: true })).fixed).toEqual([]);
  });

  test('a profile in use is left as it is', async () => {
    const installation = await SampleInstallation.healthy();
    const { profile } = installation;
    symlinkSync(`${hostname()}-${DEAD}`, join(profile, 'SingletonLock'));
    await chmod(join(profile, 'Default'), 0o755);
    await holdOpen(join(profile, 'Default', 'Local Storage', 'leveldb', 'CURRENT'));
    const { fixed } = await installation.examine({ fix: true });
    expect(fixed.map(({ id, done }) => [id, done])).toEqual([
      ['modes_inside', false],
      ['singleton_stale', false],
    ]);
    expect(fixed.every(({ detail }) => detail.includes('in use by'))).toBe(true);
    expect(mode(join(profile, 'Default'))).toBe('755');
    expect(readdirSync(profile)).toContain('SingletonLock');
  });

  test('beside a running service no profile and no lock is touched', async () => {
    const installation = await SampleInstallation.healthy();
    const { paths, profile } = installation;
    await chmod(join(profile, 'Default'), 0o755);
    symlinkSync(`${hostname()}-${DEAD}`, join(profile, 'SingletonLock'));
    await writeFile(paths.adminKey, 'k', { mode: 0o644 });
    const lock = lockDataFolder(paths, { port: 1 });
    try {
      const { fixed, findings } = await installation.examine({ fix: true });
      expect(fixed).toMatchObject([{ id: 'modes_open', where: paths.adminKey, done: true }]);
      const left = findings.filter(({ severity, id }) => severity !== 'ok' && id !== 'runs_as_root');
      expect(left.map(({ id, fixable }) => [id, fixable])).toEqual([
        ['modes_inside', false],
        ['singleton_stale', false],
      ]);
    } finally {
      lock.release();
    }
  });

  test('another user than the owner of the folder repairs nothing', async () => {
    const installation = await SampleInstallation.healthy();
    await chmod(installation.paths.root, 0o755);
    installation.machine.uid = (process.getuid?.() ?? 0) + 1;
    await expect(installation.examine({ fix: true })).rejects.toMatchObject({ code: 'forbidden' });
    expect(mode(installation.paths.root)).toBe('755');
  });
});

describe('inside of a git repository', () => {
  async function inRepository(): Promise<{ installation: SampleInstallation; repository: string }> {
    const installation = await SampleInstallation.healthy();
    const repository = join(installation.paths.root, '..');
    execFileSync('git', ['init', '-q', repository]);
    // Would run, if git were let.
    execFileSync('git', ['-C', repository, 'config', 'core.fsmonitor', `touch ${join(repository, 'ran')}; false`]);
    cleanUp(() => expect(existsSync(join(repository, 'ran'))).toBe(false));
    return { installation, repository };
  }

  test('what is not ignored is found; --fix lets a data folder of its own ignore itself', async () => {
    const { installation, repository } = await inRepository();
    const [finding, ...others] = await installation.found();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ id: 'git_not_ignored', severity: 'problem', fixable: true });
    expect(finding?.what).toMatch(/tokens, .*vault\.key/);
    const { fixed, ok } = await installation.examine({ fix: true });
    expect(fixed).toMatchObject([{ id: 'git_not_ignored', done: true }]);
    expect(ok).toBe(true);
    expect(
      execFileSync('git', ['-C', repository, '-c', 'core.fsmonitor=false', 'status', '--porcelain', '-u'], {
        encoding: 'utf8',
      }),
    ).not.toMatch(/data\//);
  });

  test('a data folder that holds foreign files is only reported', async () => {
    const { installation } = await inRepository();
    await writeFile(join(installation.paths.root, 'package.json'), '{}');
    expect(await installation.found()).toMatchObject([{ id: 'git_not_ignored', fixable: false }]);
    expect((await installation.examine({ fix: true })).fixed).toEqual([]);
    await writeFile(
      join(installation.paths.root, '.gitignore'),
      '/tokens\n/trash\n/staging\n/*.key\n/session-manager.db*\n',
    );
    expect(await installation.found()).toEqual([]);
  });

  test('exports, keys and QR pictures in the checkout are found, unless they are ignored', async () => {
    const { installation, repository } = await inRepository();
    await writeFile(join(repository, '.gitignore'), 'data/\n');
    const found = () => installation.found();
    expect(await found()).toEqual([]);
    for (const name of ['ventas.lmx', 'vault copy.key', 'qr-ventas.png', 'plain.png'])
      await writeFile(join(repository, name), '');
    const [finding, ...others] = await found();
    expect([finding?.id, others]).toEqual(['git_exports', []]);
    expect(finding?.what).toMatch(/qr-ventas\.png, vault copy\.key, ventas\.lmx$/);
    const { stdout } = spawnSync('git', ['-C', CHECKOUT, 'check-ignore', 'ventas.lmx', 'a b.key', 'qr-x.png', 'b.png']);
    expect(stdout.toString().split('\n').filter(Boolean)).toHaveLength(3);
    await writeFile(join(repository, '.gitignore'), 'data/\n*.lmx\n*.key\nqr*.png\n');
    expect(await found()).toEqual([]);
  });

  test('what is in the repository already is worse', async () => {
    const { installation, repository } = await inRepository();
    execFileSync('git', ['-C', repository, '-c', 'core.fsmonitor=false', 'add', '-f', 'data/tokens']);
    await writeFile(join(repository, '.gitignore'), 'data/\n');
    const [finding] = await installation.found();
    expect(finding).toMatchObject({ id: 'git_tracked', severity: 'problem', fixable: false });
    expect(finding?.what).toMatch(/ files of .*first tokens\//);
  });

  test('without git, or with one that refuses, it is said that nothing is known', async () => {
    const { installation, repository } = await inRepository();
    await rm(join(repository, '.git'), { recursive: true });
    await writeFile(join(repository, '.git'), 'gitdir: /nowhere\n');
    expect(await installation.found()).toMatchObject([{ id: 'git_unknown', severity: 'note' }]);
  });
});

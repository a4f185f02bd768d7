import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dataFolderHint, takeOverHint } from '../../src/profile/access.ts';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { makeFolder, realFs, unreadable, writeFailed } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { failingFs, tempFolder } from './helpers.ts';

const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
const owner = process.getuid?.() ?? 0;

afterEach(() => vi.restoreAllMocks());

/** As if the service ran as another user than the one who owns the folders. */
function runAs(uid: number): void {
  vi.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(uid);
}

describe('what to do where access is refused', () => {
  test('inside a data folder: that folder, all of it, and the uid of the service', async () => {
    const paths = dataPaths(await tempFolder());
    prepareDataFolder(paths);
    runAs(4242);
    for (const path of [paths.root, paths.tokens, join(paths.session('a'), 'Default/x'), paths.database]) {
      expect(unreadable(path, denied).hint).toContain(`(as root): chown -R 4242 ${paths.root}`);
      expect(writeFailed(path, denied).hint).toContain(`belongs to uid ${owner}`);
    }
    mkdirSync(join(paths.root, 'a b'));
    const odd = dataPaths(join(paths.root, "a b/it's"));
    prepareDataFolder(odd);
    expect(writeFailed(odd.database, denied).hint).toContain(`chown -R 4242 '${paths.root}/a b/it'\\''s'`);
  });

  test('anywhere else: never a parent, never all of it', async () => {
    const root = await tempFolder();
    mkdirSync(join(root, 'foreign'));
    runAs(4242);
    for (const path of [join(root, 'foreign'), join(root, 'none/data'), '/root', '/', '/data-of-leadmaster']) {
      for (const { hint } of [unreadable(path, denied), writeFailed(path, denied)]) {
        expect(hint).not.toMatch(/ -R\b|\$\(/);
        expect(hint).toContain(path);
        expect(hint).toContain('4242');
      }
    }
    expect(writeFailed(join(root, 'foreign'), denied).hint).toContain(`chown 4242 ${join(root, 'foreign')}`);
  });

  test('a folder to be adopted: all of it only where it is a profile, never a folder around it', async () => {
    const root = await tempFolder();
    mkdirSync(join(root, 'bot/session/Default/closed'), { recursive: true });
    const profile = join(root, 'bot/session');
    runAs(4242);
    for (const refused of [profile, join(profile, 'Default'), join(profile, 'Default/closed')])
      expect(takeOverHint(join(root, 'bot'), refused)).toMatch(new RegExp(`chown -R 4242 ${profile}$`));
    for (const folder of ['/etc', '/var', '/root', '/root/x', root, join(root, 'bot'), join(root, 'none/x')]) {
      const hint = takeOverHint(folder, join(folder, 'closed'));
      expect(hint).toContain('Name the folder of the profile itself');
      expect(hint).not.toMatch(/ -R 4242 (?!PROFILE$)/);
    }
    // What lies above the folder that was named is not looked at.
    expect(takeOverHint(join(profile, 'Default/closed'), join(profile, 'Default/closed/x'))).not.toContain(root);
  });

  test('a data folder that is not there yet is made, not its parent opened', async () => {
    const root = await tempFolder();
    runAs(4242);
    expect(dataFolderHint(join(root, 'none/data'))).toMatch(/install -d -m 700 -o 4242 \S+\/none\/data$/);
    expect(dataFolderHint(root)).toContain(`Set LEADMASTER_DATA_DIR`);
    expect(dataFolderHint(root)).not.toMatch(/ -R\b/);
  });

  test('root is not told to give itself what it has', () => {
    runAs(0);
    expect(writeFailed('/somewhere', denied).hint).not.toContain('chown');
  });
});

describe('folders that cannot be made', () => {
  test('a parent that is there and takes nothing ends in an error that names the setting', () => {
    expect(() => prepareDataFolder(dataPaths('/proc/leadmaster-none/data'))).toThrow(
      expect.objectContaining({
        code: 'storage_failed',
        message: expect.stringMatching(/\/proc\/leadmaster-none.*ENOENT/),
        hint: expect.stringContaining('LEADMASTER_DATA_DIR'),
      }),
    );
  });

  test('the other way of making folders ends as well', async () => {
    const root = await tempFolder();
    const fs = failingFs((operation, path) => (operation === 'mkdir' && path.includes('/x') ? 'ENOENT' : undefined));
    await expect(makeFolder(fs, join(root, 'a/x/y'))).rejects.toMatchObject({ code: 'ENOENT' });
    await makeFolder(realFs, join(root, 'b/c/d'));
    await makeFolder(realFs, join(root, 'b/c/d'));
  });
});

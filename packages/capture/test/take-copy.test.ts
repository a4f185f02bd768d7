import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Copy, type CopyOrder, takeCopy } from '../src/copy/take-copy.ts';
import { type Freezer, NO_FREEZER } from '../src/freeze/freezer.ts';
import { CACHE, foreignFolder, INDEXED_DB, LOCAL_STORAGE, temporaryFolder, write } from './folders.ts';

const QUIET = { onPhase: () => {}, isCancelled: () => false };
const LONG_AGO = new Date('2026-01-01');

/** What a browser does just before it stands still, while it does, and as soon as it runs again. */
function moments(at: { before?: () => void; during?: () => void; after?: () => void }): Freezer & { thaws: number } {
  const freezer = {
    ...NO_FREEZER,
    thaws: 0,
    freeze() {
      at.before?.();
      at.during?.();
    },
    thaw() {
      freezer.thaws += 1;
      at.after?.();
    },
  };
  return freezer;
}

class Fixture {
  readonly profileDir: string;
  readonly treeDir: string;

  private constructor(root: string, stagingRoot: string) {
    this.profileDir = join(root, 'profile');
    this.treeDir = join(stagingRoot, 'tree');
  }

  static async make(files: Record<string, string> = {}, stagingRoot?: string): Promise<Fixture> {
    const root = await temporaryFolder();
    const fixture = new Fixture(root, stagingRoot ?? root);
    await write(fixture.profileDir, {
      [`${INDEXED_DB}/CURRENT`]: 'MANIFEST-000001\n',
      [`${INDEXED_DB}/MANIFEST-000001`]: 'manifest',
      [`${INDEXED_DB}/000003.log`]: 'log',
      [`${INDEXED_DB}/000005.ldb`]: 'table',
      [`${INDEXED_DB}/LOCK`]: '',
      'Default/Cookies': 'cookies',
      'Default/Code Cache/js/x': 'compiled',
      'Default/History': 'history',
      ...files,
    });
    return fixture;
  }

  of(path: string): string {
    return join(this.profileDir, path);
  }

  copy(path: string): string {
    return join(this.treeDir, path);
  }

  take(freezer: Freezer = NO_FREEZER, more: Partial<CopyOrder> = {}): Copy {
    const { profileDir, treeDir } = this;
    return takeCopy({ profileDir, treeDir, kind: 'essential', maxPauseMs: 3000, ...more }, freezer, QUIET);
  }

  /** As from long ago, so that its times prove something. */
  age(...paths: string[]): void {
    for (const path of paths) utimesSync(this.of(path), LONG_AGO, LONG_AGO);
  }
}

function files(copy: Copy): string[] {
  return copy.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
}

function identity(copy: Copy, path: string): string | null | undefined {
  return copy.entries.find((entry) => entry.path === path)?.identity;
}

function content(root: string): string {
  const sum = createHash('sha256');
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(root, name);
    const stat = lstatSync(path);
    sum.update(`${name}\0${stat.mode}\0${stat.mtimeMs}\0`);
    if (stat.isFile()) sum.update(readFileSync(path));
  }
  return sum.digest('hex');
}

describe('what is in it', () => {
  test('essential: critical and important, no locks, no caches', async () => {
    const fixture = await Fixture.make();
    const copy = fixture.take();
    expect(files(copy).sort()).toEqual([
      'Default/Cookies',
      `${INDEXED_DB}/000003.log`,
      `${INDEXED_DB}/000005.ldb`,
      `${INDEXED_DB}/CURRENT`,
      `${INDEXED_DB}/MANIFEST-000001`,
    ]);
    const folders = copy.entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
    expect(folders).toEqual(['Default', 'Default/IndexedDB', INDEXED_DB]);
    expect(copy).toMatchObject({ method: 'none', pauseMs: 0 });
  });

  test('full: all but what is temporary', async () => {
    const fixture = await Fixture.make({ [`${CACHE}/ed706eb77f65c5cf_0`]: 'media' });
    const found = files(fixture.take(NO_FREEZER, { kind: 'full' }));
    expect(found).toContain('Default/History');
    expect(found).toContain(`${CACHE}/ed706eb77f65c5cf_0`);
    expect(found).not.toContain('Default/Code Cache/js/x');
  });

  test('links are not followed, sockets and pipes are left out', async () => {
    const fixture = await Fixture.make();
    symlinkSync('/etc', fixture.of('Default/outside'));
    expect(spawnSync('mkfifo', [fixture.of('Default/pipe')]).status).toBe(0);
    const server = createServer().listen(fixture.of('Default/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const copy = fixture.take(NO_FREEZER, { kind: 'full' });
    expect(copy.entries.find(({ path }) => path === 'Default/outside')).toMatchObject({
      kind: 'symlink',
      target: '/etc',
    });
    expect(copy.entries.filter(({ path }) => /pipe|socket|outside./.test(path))).toEqual([]);
    expect(existsSync(fixture.copy('Default/outside'))).toBe(false);
  });

  test('the profile is not touched', async () => {
    const fixture = await Fixture.make();
    const before = content(fixture.profileDir);
    fixture.take(NO_FREEZER, { kind: 'full' });
    expect(content(fixture.profileDir)).toBe(before);
  });
});

describe('one moment', () => {
  test('the copy has what was there, also when the browser writes afterwards', async () => {
    const fixture = await Fixture.make();
    const copy = fixture.take(
      moments({
        before: () => {
          appendFileSync(fixture.of(`${INDEXED_DB}/000003.log`), '+');
          rmSync(fixture.of(`${INDEXED_DB}/000005.ldb`));
          writeFileSync(fixture.of(`${INDEXED_DB}/000006.ldb`), 'newer table');
        },
        after: () => {
          appendFileSync(fixture.of(`${INDEXED_DB}/000003.log`), ' and more');
          appendFileSync(fixture.of(`${INDEXED_DB}/MANIFEST-000001`), ' and more');
          appendFileSync(fixture.of(`${INDEXED_DB}/000006.ldb`), ' still being written');
          writeFileSync(fixture.of('temporary'), 'MANIFEST-000009\n');
          renameSync(fixture.of('temporary'), fixture.of(`${INDEXED_DB}/CURRENT`));
          writeFileSync(fixture.of('Default/Cookies'), 'COOKIES');
        },
      }),
    );
    const read = (path: string) => readFileSync(fixture.copy(path), 'utf8');
    expect(read(`${INDEXED_DB}/000003.log`)).toBe('log+');
    expect(read(`${INDEXED_DB}/MANIFEST-000001`)).toBe('manifest');
    expect(read(`${INDEXED_DB}/000006.ldb`)).toBe('newer table');
    expect(read(`${INDEXED_DB}/CURRENT`)).toBe('MANIFEST-000001\n');
    expect(read('Default/Cookies')).toBe('cookies');
    expect(files(copy)).not.toContain(`${INDEXED_DB}/000005.ldb`);
    expect(existsSync(fixture.copy(`${INDEXED_DB}/000005.ldb`))).toBe(false);
  });

  test('a file whose name another has taken is copied again', async () => {
    const fixture = await Fixture.make();
    fixture.take(
      moments({
        before: () => {
          writeFileSync(fixture.of('temporary'), 'MANIFEST-000007\n');
          renameSync(fixture.of('temporary'), fixture.of(`${INDEXED_DB}/CURRENT`));
        },
      }),
    );
    expect(readFileSync(fixture.copy(`${INDEXED_DB}/CURRENT`), 'utf8')).toBe('MANIFEST-000007\n');
  });

  test('a cache entry that is young is copied, one left alone is linked', async () => {
    const [young, old] = [`${CACHE}/0000000000000001_0`, `${CACHE}/0000000000000002_0`];
    const fixture = await Fixture.make({ [young]: 'young', [old]: 'old' });
    fixture.age(old);
    fixture.take(moments({ after: () => writeFileSync(fixture.of(young), 'YOUNG') }), { kind: 'full' });
    expect(readFileSync(fixture.copy(young), 'utf8')).toBe('young');
    expect(lstatSync(fixture.copy(old)).ino).toBe(lstatSync(fixture.of(old)).ino);
  });

  test('in an unchanged folder, new files deeper down are found anyway', async () => {
    const fixture = await Fixture.make({ [`${LOCAL_STORAGE}/000003.log`]: 'one' });
    fixture.age('Default', 'Default/Local Storage', LOCAL_STORAGE);
    const copy = fixture.take(
      moments({
        before: () => {
          appendFileSync(fixture.of(`${LOCAL_STORAGE}/000003.log`), ' two');
          writeFileSync(fixture.of(`${LOCAL_STORAGE}/000004.ldb`), 'table');
        },
      }),
    );
    expect(files(copy)).toContain(`${LOCAL_STORAGE}/000004.ldb`);
    expect(readFileSync(fixture.copy(`${LOCAL_STORAGE}/000003.log`), 'utf8')).toBe('one two');
  });

  test('large files that may be rewritten are copied on the disk, byte for byte', async () => {
    const fixture = await Fixture.make({ 'Default/Cookies': 'x'.repeat(9 * 2 ** 20) });
    fixture.take(moments({ after: () => truncateSync(fixture.of('Default/Cookies'), 5) }));
    expect(lstatSync(fixture.copy('Default/Cookies')).size).toBe(9 * 2 ** 20);
  });
});

describe('precedence', () => {
  test('while a browser stands still, the thread goes first where it may, and afterwards it is as before', async () => {
    const usual = getPriority(0);
    const fixture = await Fixture.make();
    let during = usual;
    fixture.take(
      moments({
        during() {
          during = getPriority(0);
        },
      }),
    );
    expect(during).toBe(mayGoFirst() ? constants.priority.PRIORITY_HIGHEST : usual);
    expect(getPriority(0)).toBe(usual);
  });

  test('a freeze that fails gives it back', async () => {
    const usual = getPriority(0);
    const fixture = await Fixture.make();
    const failing = moments({
      during() {
        throw new Error('no');
      },
    });
    expect(() => fixture.take(failing)).toThrow('no');
    expect(getPriority(0)).toBe(usual);
  });
});

/** Asked of a program that ends at once; by more than the whole range, since this process may run behind others. */
function mayGoFirst(): boolean {
  return spawnSync('nice', ['-n', '-40', 'nice'], { encoding: 'utf8' }).stdout.trim() === '-20';
}

describe('identity', () => {
  const TABLE = `${INDEXED_DB}/000005.ldb`;

  test('the same for what is unchanged, another for what has changed', async () => {
    const fixture = await Fixture.make();
    fixture.age(TABLE, 'Default/Cookies');
    const first = fixture.take();
    rmSync(fixture.treeDir, { recursive: true });
    appendFileSync(fixture.of('Default/Cookies'), '+');
    fixture.age('Default/Cookies');
    const second = fixture.take();
    expect(identity(first, TABLE)).toBeTypeOf('string');
    expect(identity(second, TABLE)).toBe(identity(first, TABLE));
    expect(identity(second, 'Default/Cookies')).not.toBe(identity(first, 'Default/Cookies'));
  });

  test('none for what was written to a moment ago: the clock of the file system is coarse', async () => {
    const fixture = await Fixture.make();
    expect(identity(fixture.take(), TABLE)).toBeNull();
  });

  test('none for a linked file that was rewritten before it was read', async () => {
    const entry = `${CACHE}/0000000000000002_0`;
    const fixture = await Fixture.make({ [entry]: 'media' });
    fixture.age(entry);
    const copy = fixture.take(moments({ after: () => writeFileSync(fixture.of(entry), 'MEDIA') }), { kind: 'full' });
    expect(identity(copy, entry)).toBeNull();
  });
});

describe('without hard links', () => {
  test('on another file system everything is copied, and just as exact', async (context) => {
    const elsewhere = await foreignFolder();
    if (elsewhere === null) return context.skip('there is no second file system');
    const fixture = await Fixture.make({}, elsewhere);
    expect(lstatSync(elsewhere).dev).not.toBe(lstatSync(fixture.profileDir).dev);
    fixture.take(
      moments({
        before: () => appendFileSync(fixture.of(`${INDEXED_DB}/000003.log`), '+'),
        after: () => {
          appendFileSync(fixture.of(`${INDEXED_DB}/000003.log`), ' and more');
          writeFileSync(fixture.of(`${INDEXED_DB}/000005.ldb`), 'TABLE');
        },
      }),
    );
    expect(readFileSync(fixture.copy(`${INDEXED_DB}/000003.log`), 'utf8')).toBe('log+');
    expect(readFileSync(fixture.copy(`${INDEXED_DB}/000005.ldb`), 'utf8')).toBe('table');
  });
});

describe('failures', () => {
  test('the browser runs again when the copy fails', async () => {
    const fixture = await Fixture.make();
    const freezer = moments({
      before: () => writeFileSync(fixture.of(`${INDEXED_DB}/000009.ldb`), 'new'),
      during: () => rmSync(fixture.treeDir, { recursive: true }),
    });
    expect(() => fixture.take(freezer)).toThrow(/ENOENT/);
    expect(freezer.thaws).toBe(1);
  });

  test('a freeze that fails is thawed, for some may stand still already', async () => {
    const fixture = await Fixture.make();
    const freezer = moments({
      before: () => {
        throw new Error('one would not stop');
      },
    });
    expect(() => fixture.take(freezer)).toThrow('one would not stop');
    expect(freezer.thaws).toBe(1);
  });

  test('a browser that was woken or died meanwhile gives no copy', async () => {
    const fixture = await Fixture.make();
    const freezer = { ...moments({}), holds: () => false };
    expect(() => fixture.take(freezer)).toThrow(/ended or woken/);
  });

  test('a pause that grows too long is given up', async () => {
    const fixture = await Fixture.make();
    expect(() => fixture.take(NO_FREEZER, { maxPauseMs: -1 })).toThrow(/more than -1 ms/);
  });

  test('a profile that is not there', async () => {
    const fixture = await Fixture.make();
    rmSync(fixture.profileDir, { recursive: true });
    expect(() => fixture.take()).toThrow(/ENOENT/);
  });
});

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { realFs } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { finishSwaps } from '../../src/profile/swap.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

const WHY = { reason: 'restored', generation: 4, committedAt: '2026-01-01T00:00:00.000Z' };

/** A profile `a` that says "old" and a staged one that says "new". */
async function stage() {
  const dataDir = await tempFolder();
  const paths = dataPaths(dataDir);
  const store = createProfileStore({ dataDir });
  await store.create('a');
  await putLogin(store.locate('a'));
  await store.updateRecord('a', { committedAt: '2025-01-01T00:00:00.000Z' });
  await writeFile(join(store.locate('a'), 'mark'), 'old');
  const staged = join(paths.staging, 'restore-a-0123456789ab');
  await putLogin(staged);
  await writeFile(join(staged, 'mark'), 'new');
  return { dataDir, paths, store, staged };
}

const mark = (folder: string) => readFile(join(folder, 'mark'), 'utf8');

describe('putting a staged profile in place', () => {
  test('trashes the old one, and its generation is above every one known', async () => {
    const { store, staged, paths } = await stage();
    const { record, trashed } = await store.swapIn('a', staged, WHY);
    expect(record).toMatchObject({ session: 'a', generation: 5, committedAt: WHY.committedAt });
    expect(await store.readRecord('a')).toEqual(record);
    expect(await mark(store.locate('a'))).toBe('new');
    expect(await mark(trashed ?? '')).toBe('old');
    expect(await readdir(paths.staging)).toEqual([]);
    expect(await store.listTrash()).toMatchObject([{ session: 'a', reason: 'restored', generation: 1 }]);
    expect(await store.loginPresence('a')).toBe('present');
  });

  test('needs no profile in place', async () => {
    const { store, staged } = await stage();
    await store.trash('a', 'gone');
    expect((await store.swapIn('a', staged, WHY)).trashed).toBeNull();
    expect(await mark(store.locate('a'))).toBe('new');
  });

  test('a disk that fails at any step leaves the old one, or the new one', async () => {
    let at = 0;
    for (let calls = 1; calls >= at; ) {
      at += 1;
      const { dataDir, staged } = await stage();
      calls = 0;
      const fs = failingFs(() => (++calls === at ? 'EIO' : undefined));
      const outcome = await createProfileStore({ dataDir, fs })
        .swapIn('a', staged, WHY)
        .then(
          () => 'done',
          (error: unknown) => error,
        );
      const store = createProfileStore({ dataDir });
      expect(['old', 'new']).toContain(await mark(store.locate('a')));
      expect(await store.loginPresence('a')).toBe('present');
      if (outcome !== 'done') expect(outcome).toBeInstanceOf(LeadMasterError);
    }
    expect(at).toBeGreaterThan(20);
  });

  test('a process that dies at any step leaves the old one or the new one, once the next start has finished it', async () => {
    let steps = 1;
    let finished = 0;
    for (let at = 1; at <= steps; at += 1) {
      const { dataDir, staged, paths } = await stage();
      let calls = 0;
      // From one moment on no step is done, cleaning up included: what a kill leaves.
      const fs = failingFs(() => (++calls >= at ? 'EIO' : undefined));
      await createProfileStore({ dataDir, fs })
        .swapIn('a', staged, WHY)
        .catch(() => undefined);
      if (calls < at) break;
      steps = at + 1;
      finished += (await finishSwaps(realFs, paths)).length;
      const store = createProfileStore({ dataDir });
      expect(['old', 'new']).toContain(await mark(store.locate('a')));
      expect(await store.loginPresence('a')).toBe('present');
      expect((await readdir(paths.staging)).filter((name) => name.endsWith('.swap.json'))).toEqual([]);
    }
    // The moment between the two renames is among them.
    expect(finished).toBeGreaterThan(0);
  });

  test('what is no intent of ours is passed over, and never moves anything', async () => {
    const { paths, store } = await stage();
    await mkdir(join(paths.staging, 'restore-x-0123456789ab'), { recursive: true });
    await writeFile(join(paths.staging, 'restore-x-0123456789ab.swap.json'), '{"session":"../a"}');
    await writeFile(join(paths.staging, 'restore-y-0123456789ab.swap.json'), 'torn');
    await store.trash('a', 'gone');
    expect(await finishSwaps(realFs, paths)).toEqual([]);
    expect(await store.list()).toEqual([]);
  });
});

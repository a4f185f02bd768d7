import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../adopt/folders.ts';
import { Installation, PLACE_WAITS, STARTS, sh } from './installation.ts';

/** A folder that has run in its place, and a copy of it made of hard links. */
async function linkedCopy(): Promise<{ folder: string; here: Installation; copy: Installation }> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  sh('cp', '-al', here.dataDir, join(folder, 'copy'));
  return { folder, here, copy: here.at(join(folder, 'copy')) };
}

describe('a copy made of hard links', () => {
  test('waits, and the folder itself starts as before, whichever is started first', async () => {
    const { here, copy } = await linkedCopy();
    const { findings } = await examine(copy.config());
    expect(findings).toContainEqual(expect.objectContaining({ id: 'place_changed', severity: 'problem' }));
    expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await copy.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    await copy.stop();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    await here.stop();
    expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('that lies beside the folder as a backup makes nothing wait in it, again and again', async () => {
    const { folder, here } = await linkedCopy();
    for (const name of ['daily.0', 'daily.1']) {
      expect(await here.restart()).toMatchObject([STARTS, STARTS]);
      await here.stop();
      sh('cp', '-al', here.dataDir, join(folder, name));
    }
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('waits where it was put in the place of the folder, which lies aside', async () => {
    const { folder, here, copy } = await linkedCopy();
    await rename(here.dataDir, join(folder, 'aside'));
    await rename(copy.dataDir, here.dataDir);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });
});

describe('sessions start by themselves', () => {
  test('where all files were moved into another folder on the file system', async () => {
    const { folder, here, copy } = await linkedCopy();
    await rm(copy.dataDir, { recursive: true });
    const other = join(folder, 'other');
    await mkdir(other);
    sh('sh', '-c', `mv ${here.dataDir}/* ${other}/`);
    expect(await here.at(other).start()).toMatchObject([STARTS, STARTS]);
    await here.at(other).stop();
  });
});

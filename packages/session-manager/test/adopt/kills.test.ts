import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../prove/service/random.ts';
import { pickSome } from '../../prove/vault-kills/points.ts';
import { filesIn, openManager, otherDisk, putProfile, tempFolder } from './folders.ts';
import { dieAt, momentsOf } from './killing.ts';

const LOG = 'Default/Local Storage/leveldb/000003.log';
/** Of some forty moments of each kind; the rest are as good another time. */
const MOMENTS = 3;

/** Where the login may be run from: never from two places, always from one. */
async function owners(source: string, dataDir: string): Promise<string[]> {
  const context = await openManager(dataDir);
  const found: string[] = [];
  if ((await stat(join(source, LOG)).catch(() => null)) !== null) found.push('the old program');
  const session = context.sessions.has('ventas') ? await context.sessions.get('ventas') : null;
  const isHere = (await stat(join(context.paths.session('ventas'), LOG)).catch(() => null)) !== null;
  if (isHere && session?.originRetired === true) found.push('the session');
  await context.close();
  return found;
}

describe('kill -9 at any step of an adopt', { timeout: 240_000 }, () => {
  it.each(['copy', 'move', 'move from another disk'])('%s: one owner, and the same command ends well', async (kind) => {
    const seed = Date.now() % 1_000_000;
    const folder = await tempFolder();
    const disk = kind === 'move from another disk' ? await otherDisk() : folder;
    if (disk === null) return;
    const mode = kind === 'copy' ? 'copy' : 'move';
    const source = join(disk, 'session');
    const dataDir = join(folder, 'data');
    const task = { do: 'adopt', dataDir, wanted: { name: 'ventas', path: source, mode } } as const;
    const anew = async (): Promise<string[]> => {
      for (const old of [dataDir, source, `${source}.moved-to-leadmaster`])
        await rm(old, { recursive: true, force: true });
      await putProfile(source);
      return filesIn(source);
    };
    await anew();
    const moments = await momentsOf(task, folder);
    expect(moments.length).toBeGreaterThan(10);
    for (const moment of pickSome(moments, MOMENTS, seeded(seed))) {
      const where = `seed ${seed}: ${moment.when} ${moment.label} ${moment.count}`;
      const files = await anew();
      const end = await dieAt(task, folder, moment);
      expect(['SIGKILL', 'done'], where).toContain(end);
      const owning = await owners(source, dataDir);
      // Across two disks there is a moment when neither may run it: the old folder is set aside, the word not yet written.
      expect([1, kind === 'move from another disk' ? 0 : 1], `${where}: ${owning}`).toContain(owning.length);
      const context = await openManager(dataDir);
      const session = await context.adoption.adopt(task.wanted);
      expect(session, where).toMatchObject({ state: 'STOPPED', originRetired: mode === 'move' });
      const kept = new Set(await filesIn(context.paths.session('ventas')));
      const lost = files.filter((path) => !kept.has(path) && !/Code Cache|DevTools/.test(path));
      expect(lost, where).toEqual([]);
      expect(await filesIn(context.paths.staging), where).toEqual([]);
      await context.close();
      expect(await owners(source, dataDir), where).toEqual([mode === 'move' ? 'the session' : 'the old program']);
    }
  });
});

import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../src/context.ts';
import { openManager } from '../../test/adopt/managers.ts';
import { type Contents, contentsOf, differences } from './contents.ts';
import { type Login, PASSPHRASE } from './login.ts';
import type { Task } from './task.ts';

/** The session that each work is about. */
export const NAME = 'ventas';

/** Works by what they do; `across` moves from one disk to another. */
export const WHAT = ['copy', 'move', 'across', 'import', 'trim'] as const;
export type What = (typeof WHAT)[number];

/** Who may run the login after a death. */
export type Owner = 'old' | 'new' | 'both' | 'neither';

/** Something that a manager is asked for and may die of, and what must be true afterwards. */
export interface Work {
  name: string;
  /** Which of them `--what` means. */
  what: What;
  task: Task;
  /** Brings everything back to how it is before. */
  prepare(): Promise<void>;
  /** What is wrong with the old place and the new, at the next start after a death; `final` is what a whole run leaves. */
  judge(context: Context, final: Contents): Promise<{ owner: Owner; faults: string[] }>;
  /** Owners that a death may leave: exactly one, or, where a login was copied across disks, none before it is asked for again. */
  owners: readonly Owner[];
  /** Who may run it once the same was asked for again. */
  finally: Owner;
  /** Whether the session starts only when the operator confirms that its origin is retired. */
  waits: boolean;
}

interface Fixture {
  login: Login;
  /** Of this proof alone. */
  folder: string;
  /** Likewise, on another disk; null where there is none. */
  otherDisk: string | null;
}

/** Every work that can be done on this machine. */
export async function worksOn(fixture: Fixture): Promise<Work[]> {
  const { folder, otherDisk } = fixture;
  const near = join(folder, 'bot/session');
  return [
    await adoption(fixture, { name: 'adopt by copy', mode: 'copy', source: near }),
    await adoption(fixture, { name: 'adopt by move', mode: 'move', source: near }),
    ...(otherDisk === null
      ? []
      : [
          await adoption(fixture, {
            name: 'adopt by move across disks',
            mode: 'move',
            source: join(otherDisk, 'session'),
          }),
        ]),
    importing(fixture),
    await trimming(fixture),
  ];
}

async function adoption(
  { login, folder, otherDisk }: Fixture,
  { name, mode, source }: { name: string; mode: 'copy' | 'move'; source: string },
): Promise<Work> {
  const dataDir = join(folder, 'data');
  const whole = await wholeOf(login.profile);
  const isFar = otherDisk !== null && source.startsWith(otherDisk);
  return {
    ...{ name, what: isFar ? 'across' : mode, waits: mode === 'copy' },
    task: { do: 'adopt', dataDir, wanted: { name: NAME, path: source, mode } },
    async prepare() {
      for (const old of [dataDir, source, `${source}.moved-to-leadmaster`]) await remove(old);
      await copy(login.profile, source);
    },
    async judge(context, final) {
      const there = await contentsOf(source);
      const mine = await mineOf(context, final);
      const faults = [...mine.faults];
      if (there !== null) faults.push(...differences(there, whole).map((what) => `the old folder ${what}`));
      if (there === null && !mine.isWhole) faults.push('neither the old folder is there nor the whole session');
      return { owner: ownerOf(there !== null, mine.mayStart), faults };
    },
    owners: isFar ? ['old', 'new', 'neither'] : ['old', 'new'],
    finally: mode === 'copy' ? 'old' : 'new',
  };
}

function importing({ login, folder }: Fixture): Work {
  const dataDir = join(folder, 'data');
  return {
    ...{ name: 'import', what: 'import', waits: true },
    task: { do: 'import', dataDir, name: NAME, file: login.file, passphrase: PASSPHRASE },
    prepare: () => remove(dataDir),
    async judge(context, final) {
      const mine = await mineOf(context, final);
      const faults = [...mine.faults];
      const { items, problems } = await historyOf(context);
      faults.push(...problems.map(({ detail }) => `the history: ${detail}`));
      for (const { id } of items) {
        const { ok } = await context.snapshots.verify(NAME, id, { drill: false });
        if (!ok) faults.push(`the snapshot ${id} is damaged`);
      }
      // Where it was exported it is still at home.
      return { owner: ownerOf(true, mine.mayStart), faults };
    },
    owners: ['old'],
    finally: 'old',
  };
}

async function trimming({ login, folder }: Fixture): Promise<Work> {
  const [dataDir, before] = [join(folder, 'data'), join(folder, 'before-trim')];
  const context = await openManager(before);
  const place = context.paths.session(NAME);
  try {
    await context.adoption.adopt({ name: NAME, path: login.profile, mode: 'copy', originRetired: true });
    // What a copy leaves out is what a trim removes.
    await copy(login.profile, place);
  } finally {
    await context.close();
  }
  const whole = await wholeOf(place);
  return {
    ...{ name: 'trim', what: 'trim', waits: false },
    task: { do: 'trim', dataDir, name: NAME },
    async prepare() {
      await remove(dataDir);
      await copy(before, dataDir);
    },
    async judge(manager, final) {
      const found = await contentsOf(manager.paths.session(NAME));
      const faults = differences(found, final, whole).map((what) => `the profile ${what}`);
      const { originRetired } = await manager.sessions.get(NAME);
      return { owner: ownerOf(false, originRetired && faults.length === 0), faults };
    },
    owners: ['new'],
    finally: 'new',
  };
}

/** The session as it is here: absent, or whole; and either it may start, or it refuses to. */
async function mineOf(
  { paths, roster, sessions }: Context,
  final: Contents,
): Promise<{ isWhole: boolean; mayStart: boolean; faults: string[] }> {
  const found = await contentsOf(paths.session(NAME));
  if (found === null) return { isWhole: false, mayStart: false, faults: [] };
  const faults = differences(found, final).map((what) => `the session ${what}`);
  const isWhole = faults.length === 0;
  if (!roster.has(NAME)) return { isWhole, mayStart: false, faults: [...faults, 'a profile without a session'] };
  if ((await sessions.get(NAME)).originRetired) return { isWhole, mayStart: true, faults };
  const answer = await sessions.start(NAME).then(
    () => 'it starts',
    (error: { code?: string }) => String(error.code),
  );
  if (answer !== 'origin_not_retired') faults.push(`a copy that is not the only one, asked to start: ${answer}`);
  return { isWhole, mayStart: false, faults };
}

async function historyOf({ snapshots }: Context): ReturnType<Context['snapshots']['list']> {
  try {
    return await snapshots.list(NAME);
  } catch (error) {
    if ((error as { code?: string }).code === 'session_not_found') return { items: [], problems: [] };
    throw error;
  }
}

function ownerOf(isOld: boolean, isNew: boolean): Owner {
  if (isOld) return isNew ? 'both' : 'old';
  return isNew ? 'new' : 'neither';
}

async function wholeOf(folder: string): Promise<Contents> {
  const contents = await contentsOf(folder);
  if (contents === null) throw new Error(`${folder} is not there`);
  return contents;
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 });
}

function copy(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

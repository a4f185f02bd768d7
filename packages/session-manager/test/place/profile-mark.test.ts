import { cp } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { isOtherProfile, type MarkDeps, markProfile, renewMark } from '../../src/lifecycle/profile-mark.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { tempFolder } from '../adopt/folders.ts';
import { linkSession, NAME, openSessions } from '../lifecycle/linked-session.ts';

/** A linked session that was marked, and its marks as a process has them that may die at a step. */
async function marked() {
  const dataDir = await tempFolder();
  await linkSession(dataDir);
  const opened = await openSessions(dataDir);
  const { profiles, store } = opened;
  const deps: MarkDeps = { profiles, store, log: pino({ level: 'silent' }) };
  await markProfile(deps, NAME);
  return { ...opened, deps };
}

/** The same, dying after so many writes. */
function dyingAfter({ profiles, store, log }: MarkDeps, writes: number): MarkDeps {
  let left = writes;
  const step = <T>(work: () => T): T => {
    if (left === 0) throw new Error('dies here');
    left -= 1;
    return work();
  };
  const facts: StateStore['facts'] = {
    get: (name) => store.facts.get(name),
    set: (name, value) => step(() => store.facts.set(name, value)),
  };
  return {
    log,
    store: { facts, sessions: store.sessions },
    profiles: {
      readRecord: (name) => profiles.readRecord(name),
      updateRecord: async (name, change) => step(() => profiles.updateRecord(name, change)),
    },
  };
}

describe('a death while a mark is drawn', () => {
  test.each([0, 1, 2, 3])('after %i of its writes makes no healthy session wait, then or later', async (writes) => {
    const { deps } = await marked();
    await markProfile(dyingAfter(deps, writes), NAME);
    expect(await isOtherProfile(deps, NAME)).toBe(false);
    await renewMark(deps, NAME);
    expect(await isOtherProfile(deps, NAME)).toBe(false);
  });

  test('does not let an older copy pass once the next mark is drawn', async () => {
    const { deps, profiles } = await marked();
    const backup = `${await tempFolder()}/profile`;
    await cp(profiles.locate(NAME), backup, { recursive: true });
    await markProfile(dyingAfter(deps, 1), NAME);
    await markProfile(deps, NAME);
    await cp(backup, profiles.locate(NAME), { recursive: true });
    expect(await isOtherProfile(deps, NAME)).toBe(true);
    // Nothing takes it for the right one but a word.
    await renewMark(deps, NAME);
    expect(await isOtherProfile(deps, NAME)).toBe(true);
  });
});

describe('a copy of a running profile', () => {
  test.each([
    ['the end of its run', ({ sessions }: Awaited<ReturnType<typeof marked>>) => sessions.stop(NAME)],
    ['the next hour', ({ roster }: Awaited<ReturnType<typeof marked>>) => roster.supervisors()[0]?.renewMark()],
  ])('is told from the profile after %s', async (_, happens) => {
    const made = await marked();
    const { sessions, deps, profiles } = made;
    await sessions.load();
    await sessions.start(NAME);
    const backup = `${await tempFolder()}/profile`;
    await cp(profiles.locate(NAME), backup, { recursive: true });
    await happens(made);
    expect(await isOtherProfile(deps, NAME)).toBe(false);
    await sessions.stop(NAME);
    await cp(backup, profiles.locate(NAME), { recursive: true });
    expect(await isOtherProfile(deps, NAME)).toBe(true);
    await sessions.close();
  });
});

test('a database that cannot be read at the end of a run keeps nothing', async () => {
  const { deps } = await marked();
  const broken = {
    ...deps,
    store: {
      ...deps.store,
      sessions: {
        get: () => {
          throw new Error('no');
        },
      },
    },
  };
  await expect(renewMark(broken, NAME)).resolves.toBeUndefined();
});

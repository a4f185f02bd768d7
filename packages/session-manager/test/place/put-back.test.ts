import { chmod, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { PLACE_FACT } from '../../src/lifecycle/place-keeper.ts';
import { type PlaceProbe, thisProbe } from '../../src/profile/place.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { tempFolder } from '../adopt/folders.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Installation, PLACE_WAITS, STARTS, sh } from './installation.ts';

interface BackedUp {
  folder: string;
  here: Installation;
  backup: string;
}

/** A folder that has run in its place, and a backup of it: made while the service was down, or while it ran. */
async function backedUp(isRunning = false): Promise<BackedUp> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  const backup = join(folder, 'backup');
  if (isRunning) sh('cp', '-a', here.dataDir, backup);
  await here.stop();
  if (!isRunning) sh('cp', '-a', here.dataDir, backup);
  return { folder, here, backup };
}

/** What `rsync -a --delete` does: what differs by size or time is written beside it and renamed over; the rest goes. */
async function rsyncOver(from: string, to: string): Promise<void> {
  const [wanted, there] = await Promise.all([from, to].map((dir) => readdir(dir, { withFileTypes: true })));
  for (const { name } of there ?? [])
    if (!wanted?.some((entry) => entry.name === name)) await rm(join(to, name), { recursive: true });
  for (const entry of wanted ?? []) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      sh('mkdir', '-p', target);
      await rsyncOver(source, target);
    } else if (!(await looksSame(source, target))) {
      sh('cp', '-a', source, `${target}.Xq12`);
      await rename(`${target}.Xq12`, target);
    }
  }
}

async function looksSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return one?.size === other?.size && one?.mtimeMs === other?.mtimeMs;
}

function tarOver(from: string, to: string): void {
  sh('tar', '-C', from, '-cf', `${from}.tar`, '.');
  sh('tar', '-C', to, '-xpf', `${from}.tar`);
}

const WAYS: [string, (from: string, to: string) => void | Promise<void>][] = [
  ['cp -a over it', (from, to) => sh('cp', '-a', `${from}/.`, to)],
  ['rsync -a --delete', rsyncOver],
  ['tar x over it', tarOver],
  [
    'its database alone',
    (from, to) => sh('sh', '-c', `rm -f ${to}/session-manager.db* && cp -a ${from}/session-manager.db* ${to}/`),
  ],
];

const withStore = <T>({ dataDir }: Installation, work: (store: StateStore) => T): T => {
  const store = createStateStore({ file: join(dataDir, 'session-manager.db') });
  try {
    return work(store);
  } finally {
    store.close();
  }
};

describe.each(WAYS)('a backup put back into the same folder by %s', (_, putBack) => {
  test.each([
    ['while the service was down', false],
    ['while it ran', true],
  ])('waits, where it was made %s and the service has run since', async (__, isRunning) => {
    const { here, backup } = await backedUp(isRunning);
    await here.start();
    await here.stop();
    await putBack(backup, here.dataDir);
    const { findings } = await examine(here.config());
    expect(findings).toContainEqual(expect.objectContaining({ id: 'place_changed', severity: 'problem' }));
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await here.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect((await here.context.sessions.get('ventas')).hint).toContain('put back from a backup');
    await here.context.place.accept({ originRetired: true });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('waits, where it was made in the run that a clean stop ended', async () => {
    const { here, backup } = await backedUp(true);
    await putBack(backup, here.dataDir);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('waits, where it was made an hour before a kill in the same run', async () => {
    const { here } = await backedUp();
    await here.start();
    const killed = join(here.dataDir, '../killed');
    sh('cp', '-a', here.dataDir, join(here.dataDir, '../live'));
    here.context.place.renew();
    // A killed service stops nothing: its folder stays as it is now.
    await rename(here.dataDir, killed);
    sh('mkdir', here.dataDir);
    await here.stop();
    await rm(here.dataDir, { recursive: true });
    await rename(killed, here.dataDir);
    await putBack(join(here.dataDir, '../live'), here.dataDir);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });
});

test('a session that was given away since is not brought up by a backup put back', async () => {
  const { here, backup } = await backedUp();
  await here.start();
  await here.stop();
  withStore(here, (store) =>
    store.transitions.record('ventas', { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE }),
  );
  sh('cp', '-a', `${backup}/.`, here.dataDir);
  expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
});

test('a backup from before the upgrade waits as well, once this version has run', async () => {
  const { here, backup } = await backedUp();
  const old = here.at(backup);
  withStore(old, (store) => {
    const { earlier: _, ...fact } = JSON.parse(store.facts.get(PLACE_FACT) ?? '') as { earlier?: unknown };
    store.facts.set(PLACE_FACT, JSON.stringify(fact));
  });
  await here.start();
  await here.stop();
  sh('cp', '-a', `${backup}/.`, here.dataDir);
  expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
});

describe('sessions start by themselves', () => {
  test.each<[string, (here: Installation) => unknown]>([
    ['chmod -R', ({ dataDir }) => sh('chmod', '-R', 'go-rwx', dataDir)],
    ['chown -R', ({ dataDir }) => sh('chown', '-R', `${process.getuid?.()}`, dataDir)],
    ['touch of every file', ({ dataDir }) => sh('find', dataDir, '-exec', 'touch', '{}', '+')],
    ['a backup that was made and not put back', ({ dataDir }) => sh('cp', '-a', dataDir, `${dataDir}.bak`)],
    ['a marker that was made read-only', ({ dataDir }) => chmod(join(dataDir, 'place.txt'), 0o400)],
    ['a rest that an interrupted start has left', ({ dataDir }) => writeFile(join(dataDir, 'place.txt.new'), '')],
  ])('after %s', async (_, happens) => {
    const { here } = await backedUp();
    await happens(here);
    for (let round = 0; round < 3; round += 1) expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    await here.stop();
    expect(await readdir(here.dataDir)).not.toContain('place.txt.new');
  });

  test('after the upgrade from a version whose marker stayed the same', async () => {
    const { here } = await backedUp();
    withStore(here, (store) => {
      const { earlier: _, ...fact } = JSON.parse(store.facts.get(PLACE_FACT) ?? '') as { earlier?: unknown };
      store.facts.set(PLACE_FACT, JSON.stringify(fact));
    });
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('after the folder was renamed between two starts, again and again', async () => {
    const { folder, here } = await backedUp();
    let at = here;
    for (const name of ['one', 'two', 'data']) {
      await rename(at.dataDir, join(folder, name));
      at = here.at(join(folder, name));
      expect(await at.start()).toMatchObject([STARTS, STARTS]);
      await at.stop();
    }
  });
});

describe('a kill while the mark is renewed', () => {
  class Killed extends Error {}

  /** The steps of a renewal, as they are seen from outside: each time the marker that is being made is looked at. */
  function dyingAt(step: number): PlaceProbe {
    let seen = 0;
    return {
      ...thisProbe,
      stat(path) {
        if (path.endsWith('.new')) {
          seen += 1;
          if (seen === step) throw new Killed();
        }
        return thisProbe.stat(path);
      },
    };
  }

  test.each([1, 2])('before it is remembered (%i): sessions start by themselves', async (step) => {
    const { here } = await backedUp();
    here.probe = dyingAt(step);
    await here.start();
    await here.stop();
    here.probe = thisProbe;
    for (let round = 0; round < 3; round += 1) expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('once it is remembered, and before it is in place: sessions start by themselves, and a backup put back still waits', async () => {
    const { here, backup } = await backedUp();
    await here.start();
    await here.stop();
    // As it was before the last rename: the marker before is in place, the database knows both.
    const fact = withStore(here, (store) => store.facts.get(PLACE_FACT) ?? '');
    const { mark } = JSON.parse(fact) as { mark: { inode: string } };
    expect(mark.inode).toBe(String((await stat(join(here.dataDir, 'place.txt'), { bigint: true })).ino));
    const pending = { ...JSON.parse(fact), mark: { inode: '1', birth: '1' }, earlier: mark };
    withStore(here, (store) => store.facts.set(PLACE_FACT, JSON.stringify(pending)));
    for (let round = 0; round < 3; round += 1) expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    await here.stop();
    sh('cp', '-a', `${backup}/.`, here.dataDir);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('a database that refuses leaves the mark as it was', async () => {
    const { here } = await backedUp();
    await here.start();
    const before = await stat(join(here.dataDir, 'place.txt'), { bigint: true });
    const db = new Database(join(here.dataDir, 'session-manager.db'));
    const refuse = (on: string) =>
      `CREATE TRIGGER full_${on} BEFORE ${on} ON vault_facts WHEN NEW.name = 'place' BEGIN SELECT RAISE(FAIL, 'full'); END`;
    db.exec(`${refuse('INSERT')}; ${refuse('UPDATE')}`);
    here.context.place.renew();
    const after = await stat(join(here.dataDir, 'place.txt'), { bigint: true });
    expect([after.ino, after.birthtimeNs]).toEqual([before.ino, before.birthtimeNs]);
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    db.exec('DROP TRIGGER full_INSERT; DROP TRIGGER full_UPDATE');
    db.close();
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('a folder that was put back under a running service is told at the next start', async () => {
    const { here, backup } = await backedUp();
    await here.start();
    sh('cp', '-a', join(backup, 'place.txt'), join(here.dataDir, 'other.txt'));
    await rename(join(here.dataDir, 'other.txt'), join(here.dataDir, 'place.txt'));
    here.context.place.renew();
    expect(await here.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });
});

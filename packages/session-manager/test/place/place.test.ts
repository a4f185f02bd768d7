import { cp, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { localTime } from '@leadmaster/protocol';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PLACE_FACT } from '../../src/lifecycle/place-keeper.ts';
import { type PlaceProbe, thisProbe } from '../../src/profile/place.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { otherDisk, tempFolder } from '../adopt/folders.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Installation, PLACE_WAITS, STARTS, sh } from './installation.ts';
import { canMount, diskImage, mount } from './mounts.ts';

/** Known to the folder: it has been started in its place before. */
async function placed(): Promise<{ folder: string; here: Installation }> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  return { folder, here };
}

function remembered({ dataDir }: Installation): string | null {
  const store = createStateStore({ file: join(dataDir, 'session-manager.db') });
  try {
    return store.facts.get(PLACE_FACT);
  } finally {
    store.close();
  }
}

const probeWith = (change: Partial<PlaceProbe>): PlaceProbe => ({ ...thisProbe, ...change });

afterEach(() => {
  vi.useRealTimers();
});

describe('sessions start by themselves', () => {
  test('at the first start after an upgrade, which records the place', async () => {
    const here = await Installation.linked(await tempFolder());
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    await here.stop();
    expect(JSON.parse(remembered(here) ?? 'null')).toMatchObject({ seen: { path: here.dataDir } });
  });

  test('at the start after one that died between the marker and the database', async () => {
    const here = await Installation.linked(await tempFolder());
    await here.start();
    await here.stop();
    const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
    store.facts.set(PLACE_FACT, '');
    store.close();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('after an ordinary restart, again and again', async () => {
    const { here } = await placed();
    for (let round = 0; round < 3; round += 1) expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('on a machine that has got another hostname', async () => {
    const { here } = await placed();
    const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
    const known = JSON.parse(store.facts.get(PLACE_FACT) ?? '') as { seen: object };
    const seen = { ...known.seen, host: 'as-it-was-called-before' };
    store.facts.set(PLACE_FACT, JSON.stringify({ ...known, seen }));
    store.close();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect(here.context.place.view()).toMatchObject({ before: null, waiting: [] });
  });

  test('after the folder was renamed on its file system', async () => {
    const { folder, here } = await placed();
    await rename(here.dataDir, join(folder, 'elsewhere'));
    expect(await here.at(join(folder, 'elsewhere')).start()).toMatchObject([STARTS, STARTS]);
  });

  test('with a clock 400 days ahead, and after it was corrected', async () => {
    const { here } = await placed();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    vi.useRealTimers();
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('on a machine whose firmware has another UUID, which the doctor tells until it is accepted', async () => {
    const { here } = await placed();
    here.probe = probeWith({ machine: () => 'aaaa' });
    await here.restart();
    here.probe = probeWith({ machine: () => 'bbbb' });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    const told = async () =>
      (await examine(here.config(), { machine: { probe: here.probe } })).findings.map(({ id }) => id);
    expect(await told()).toContain('machine_changed');
    await here.context.place.accept({ originRetired: true });
    expect(await told()).not.toContain('machine_changed');
  });

  test.each<[string, Partial<PlaceProbe>, Partial<PlaceProbe>]>([
    ['a FUSE or virtiofs', { type: () => 0x65735546n }, { type: () => 0x65735546n }],
    ['an overlay', { type: () => 0x794c7630n }, { type: () => 0x794c7630n }],
    ['a 9p', { type: () => 0x01021997n }, { type: () => 0x01021997n }],
    ['a network file system', { type: () => 0x6969n }, { type: () => 0x6969n }],
    ['an unknown file system', { type: () => 0x1234n }, { type: () => 0x1234n }],
    ['no time of birth', { stat: played(0n) }, { stat: played(0n) }],
    ['a time of birth that is the last change', { stat: played('change') }, { stat: played('change') }],
    ['a place that only the first start could read', {}, { type: () => 0x6969n }],
    ['a place that only the second start can read', { type: () => 0x6969n }, {}],
    ['nothing that can be read at all', { stat: fails, type: fails }, { stat: fails, type: fails }],
  ])('copied on %s: unreadable is never another place, and the doctor tells it', async (_, first, second) => {
    const folder = await tempFolder();
    const here = await Installation.linked(folder);
    here.probe = probeWith(first);
    await here.start();
    await here.stop();
    sh('cp', '-a', here.dataDir, join(folder, 'copy'));
    const copy = here.at(join(folder, 'copy'));
    copy.probe = probeWith(second);
    const before = await examine(copy.config(), { machine: { probe: copy.probe } });
    expect(before.findings).toContainEqual(expect.objectContaining({ id: 'place_unknown', severity: 'warning' }));
    expect(await copy.start()).toMatchObject([STARTS, STARTS]);
  });

  test('where the UUID of the file system can be read on one side only, or inodes were given again within it', async () => {
    const { here } = await placed();
    here.probe = probeWith({ uuid: () => 'u-1' });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    here.probe = probeWith({ uuid: () => null });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    // A file system that was made smaller.
    here.probe = probeWith({ uuid: () => 'u-1', stat: (path) => moved(thisProbe.stat(path)) });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });
});

describe.skipIf(!canMount())('on a disk of its own, sessions start by themselves', () => {
  test('after the machine was booted, the disk was made larger and smaller, and it was mounted elsewhere as another device', async () => {
    const folder = await tempFolder();
    const image = diskImage(folder);
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    let end = mount(image, first);
    const here = await Installation.linked(folder, join(first, 'data'));
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    const before = (await stat(here.dataDir)).dev;
    await here.stop();
    end();
    await truncate(image, 96_000_000);
    sh('resize2fs', '-f', image);
    sh('e2fsck', '-fy', image);
    sh('resize2fs', '-f', '-M', image);
    const other = mount(diskImage(folder, 'other'), join(folder, 'third'));
    end = mount(image, second);
    const moved = here.at(join(second, 'data'));
    expect(await moved.start()).toMatchObject([STARTS, STARTS]);
    expect((await stat(moved.dataDir)).dev).not.toBe(before);
    await moved.stop();
    end();
    other();
  });

  test('in a container that was recreated on its volume, with sessions on mounts of their own', async () => {
    const { folder, here } = await placed();
    const inside = join(folder, 'inside');
    onTestFinished(mount(here.dataDir, inside, '--bind'));
    const container = here.at(inside);
    expect(await container.start()).toMatchObject([STARTS, STARTS]);
    await container.stop();
    // The profile of one session is moved to a larger disk, which is mounted in its place.
    const disk = join(folder, 'disk');
    const profile = join(here.dataDir, 'tokens/ventas');
    await cp(profile, disk, { recursive: true, preserveTimestamps: true });
    onTestFinished(mount(disk, profile, '--bind'));
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    await here.stop();
  });
});

describe('linked sessions wait', () => {
  const copies: [string, (from: string, to: string) => void | Promise<void>][] = [
    ['cp -a', (from, to) => sh('cp', '-a', from, to)],
    ['a copy file by file that keeps all times, as rsync makes it', (from, to) => cp(from, to, KEEPING)],
    [
      'a backup that was restored',
      (from, to) => {
        sh('tar', '-C', join(from, '..'), '-cf', `${from}.tar`, 'data');
        sh('mkdir', to);
        sh('tar', '-C', to, '--strip-components=1', '-xpf', `${from}.tar`);
      },
    ],
    [
      'a backup of the folders that count, without the marker',
      async (from, to) => {
        sh('cp', '-a', from, to);
        await rm(join(to, 'place.txt'));
      },
    ],
  ];
  test.each(copies)('in what was made by %s, while the folder itself starts', async (_, copy) => {
    const { folder, here } = await placed();
    await copy(here.dataDir, join(folder, 'copy'));
    const there = here.at(join(folder, 'copy'));
    const before = await examine(there.config());
    expect(before.findings).toContainEqual(expect.objectContaining({ id: 'place_changed', severity: 'problem' }));
    expect(await there.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await there.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    // Both continue to write events, so the copy's log is one of its own from where they part.
    const { log, copied } = { log: here.context.sessions.eventLog(), copied: there.context.sessions.eventLog() };
    expect(log.formerly).toEqual([]);
    expect(copied.formerly).toEqual([{ logId: log.logId, upTo: expect.any(Number) }]);
    expect(copied.logId).not.toBe(log.logId);
  });

  test('in a backup that was put back over the folder itself', async () => {
    const { folder, here } = await placed();
    sh('tar', '-C', folder, '-cf', join(folder, 'backup.tar'), 'data');
    await here.start();
    await here.stop();
    await rm(here.dataDir, { recursive: true });
    sh('tar', '-C', folder, '-xpf', join(folder, 'backup.tar'));
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('after the folder was moved to another disk', async ({ skip }) => {
    const disk = (await otherDisk()) ?? skip('there is no other disk');
    const { here } = await placed();
    sh('mv', here.dataDir, join(disk, 'data'));
    expect(await here.at(join(disk, 'data')).start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('on a disk that was swapped for a copy of it with a UUID of its own', async () => {
    const { here } = await placed();
    here.probe = probeWith({ uuid: () => 'u-1' });
    await here.restart();
    here.probe = probeWith({ uuid: () => 'u-2' });
    expect(await here.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('also where the service dies at once, before any session was looked at', async () => {
    const { folder, here } = await placed();
    await cp(here.dataDir, join(folder, 'copy'), KEEPING);
    const copy = here.at(join(folder, 'copy'));
    const failing = createStateStore({ file: join(copy.dataDir, 'session-manager.db') });
    const known = failing.facts.get(PLACE_FACT);
    failing.close();
    copy.probe = probeWith({
      machine() {
        throw new Error('dies here');
      },
    });
    expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    await copy.stop();
    expect(remembered(copy)).not.toBe(known);
    expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('but not one that was never linked, nor one that has moved away', async () => {
    const { folder, here } = await placed();
    const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
    store.sessions.tellFrom('ventas', null);
    store.transitions.record('soporte', { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE });
    store.close();
    await cp(here.dataDir, join(folder, 'copy'), KEEPING);
    expect(await here.at(join(folder, 'copy')).start()).toMatchObject([{ state: 'MOVED' }, STARTS]);
  });
});

describe('a session that waits for the place', () => {
  async function waiting(): Promise<Installation> {
    const { folder, here } = await placed();
    await here.start();
    for (const name of ['soporte', 'ventas']) await here.snapshot(name);
    await here.stop();
    await cp(here.dataDir, join(folder, 'copy'), KEEPING);
    const copy = here.at(join(folder, 'copy'));
    await copy.start();
    return copy;
  }

  test('is brought up by no other door, and says both places, both dates and the word', async () => {
    const copy = await waiting();
    const { sessions, snapshots } = copy.context;
    const refusal = { code: 'place_changed', status: 409, hint: expect.stringContaining('place accept ventas') };
    await expect(sessions.start('ventas')).rejects.toMatchObject(refusal);
    await expect(sessions.start('ventas', { originRetired: true })).rejects.toMatchObject(refusal);
    await expect(sessions.restart('ventas')).rejects.toMatchObject(refusal);
    await expect(snapshots.create('ventas', { reason: 'requested' })).rejects.toMatchObject({ code: 'place_changed' });
    const { items } = await snapshots.list('ventas');
    const wanted = { start: true, restart: false, overwriteNewer: true };
    await expect(snapshots.restore('ventas', items[0]?.id ?? '', wanted)).rejects.toMatchObject(refusal);
    expect(await snapshots.restore('ventas', items[0]?.id ?? '', { ...wanted, start: false })).toMatchObject(
      PLACE_WAITS,
    );
    const { before, now, waiting: names } = copy.context.place.view();
    expect(names).toEqual(['soporte', 'ventas']);
    for (const text of [before?.path, localTime(before?.since ?? ''), now.path, localTime(now.since)])
      expect((await sessions.get('ventas')).hint).toContain(text);
    // What was ordered before still holds.
    expect(await copy.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('is released by name, or with all, once; those that were to run are started', async () => {
    const copy = await waiting();
    await copy.context.sessions.stop('soporte');
    await copy.restart();
    const { place } = copy.context;
    expect(await place.accept({ originRetired: true, sessions: ['ventas'] })).toMatchObject({
      ...{ accepted: ['ventas'], started: ['ventas'] },
      place: { waiting: ['soporte'], before: { path: expect.any(String) } },
    });
    expect(await copy.restart()).toMatchObject([PLACE_WAITS, STARTS]);
    expect(await copy.context.place.accept({ originRetired: true })).toMatchObject({
      ...{ accepted: ['soporte'], started: [] },
      place: { waiting: [], before: null },
    });
    expect(await copy.restart()).toMatchObject([{ state: 'STOPPED', reason: 'place_accepted' }, STARTS]);
    await expect(copy.context.place.accept({ originRetired: true, sessions: ['nadie'] })).rejects.toMatchObject({
      code: 'session_not_found',
    });
  });

  test('is released by a recover that says that the origin is retired', async () => {
    const copy = await waiting();
    await rm(join(copy.dataDir, 'tokens/ventas'), { recursive: true });
    const wanted = { sessions: ['ventas'], originRetired: true, start: false };
    expect((await copy.context.snapshots.recover(wanted)).items).toMatchObject([{ session: 'ventas', ok: true }]);
    expect((await copy.context.sessions.list()).items).toMatchObject([
      PLACE_WAITS,
      { state: 'STOPPED', reason: 'restored' },
    ]);
  });
});

const KEEPING = { recursive: true, preserveTimestamps: true };

function fails(): never {
  throw new Error('no');
}

function played(birth: bigint | 'change'): PlaceProbe['stat'] {
  return (path) => {
    const found = thisProbe.stat(path);
    return found === null ? null : { ...found, birth: birth === 'change' ? found.change : birth };
  };
}

function moved(found: ReturnType<PlaceProbe['stat']>): ReturnType<PlaceProbe['stat']> {
  return found === null ? null : { ...found, inode: found.inode + 1n };
}

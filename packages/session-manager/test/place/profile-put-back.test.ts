import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { examine } from '@leadmaster/doctor';
import { describe, expect, test } from 'vitest';
import { forgetMark } from '../../src/lifecycle/profile-mark.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { type PlaceProbe, thisProbe } from '../../src/profile/place.ts';
import { tempFolder } from '../adopt/folders.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Aged } from './aged.ts';
import { Installation, NAMES, PLACE_WAITS, STARTS, sh, VAULT_WAITS } from './installation.ts';

/** A folder whose service has run since `tokens/` alone was saved. */
async function lived(): Promise<{ here: Installation; tokens: string; backup: string }> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  const [tokens, backup] = [join(here.dataDir, 'tokens'), join(folder, 'tokens-backup')];
  sh('cp', '-a', tokens, backup);
  await here.start();
  await here.use('ventas');
  await here.stop();
  return { here, tokens, backup };
}

const WAYS: [string, (from: string, to: string) => Promise<void> | void][] = [
  ['cp -a over it', (from, to) => sh('cp', '-a', `${from}/.`, to)],
  [
    'a folder in its place',
    async (from, to) => {
      await rename(to, `${to}.aside`);
      sh('cp', '-a', from, to);
    },
  ],
  [
    'the backup itself, renamed',
    async (from, to) => {
      await rm(to, { recursive: true });
      await rename(from, to);
    },
  ],
  [
    'tar x over it',
    (from, to) => {
      sh('tar', '-C', from, '-cf', `${from}.tar`, '.');
      sh('tar', '-C', to, '-xpf', `${from}.tar`);
    },
  ],
];

describe.each(WAYS)('an older tokens/ put back beside its database by %s', (_, putBack) => {
  test('waits, all of it; the doctor tells before; the word releases it once', async () => {
    const { here, tokens, backup } = await lived();
    await putBack(backup, tokens);
    const { findings } = await examine(here.config());
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'profile_put_back', severity: 'problem', where: 'ventas' }),
    );
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await here.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    const { hint } = await here.context.sessions.get('ventas');
    expect(hint).toContain('is not the one that ran here last');
    expect(hint).toContain('place accept ventas --origin-retired');
    await expect(here.context.sessions.start('ventas')).rejects.toMatchObject({ code: 'place_changed', status: 409 });
    expect(await here.context.place.accept({ originRetired: true })).toMatchObject({
      accepted: ['soporte', 'ventas'],
      started: ['soporte', 'ventas'],
    });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('waits for the one session whose profile was put back', async () => {
    const { here, tokens, backup } = await lived();
    await putBack(join(backup, 'ventas'), join(tokens, 'ventas'));
    await rm(join(tokens, 'ventas.aside'), { recursive: true, force: true });
    expect(await here.start()).toMatchObject([STARTS, PLACE_WAITS]);
    await here.context.place.accept({ originRetired: true, sessions: ['ventas'] });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });
});

describe('an older profile waits', () => {
  test('where it was put back under a running service: at its start, and for its snapshot', async () => {
    const { here, tokens, backup } = await lived();
    await here.start();
    await here.context.sessions.stop('ventas');
    await here.context.sessions.stop('soporte');
    sh('cp', '-a', `${backup}/.`, tokens);
    await expect(here.context.sessions.start('ventas')).rejects.toMatchObject({ code: 'place_changed', status: 409 });
    expect(await here.context.sessions.get('ventas')).toMatchObject(PLACE_WAITS);
    await expect(here.context.snapshots.create('soporte', { reason: 'requested' })).rejects.toMatchObject({
      code: 'place_changed',
    });
    // What was refused is not remembered as an order.
    await here.context.place.accept({ originRetired: true });
    expect(await here.restart()).toMatchObject([{ state: 'STOPPED' }, { state: 'STOPPED' }]);
  });

  test('where it is from before the upgrade, once this version has run', async () => {
    const { here, tokens, backup } = await lived();
    await unmark(backup);
    sh('cp', '-a', `${backup}/.`, tokens);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('where the file system does not tell the folder from a copy: it is told by what stands in the profile', async () => {
    const { here, tokens, backup } = await lived();
    here.probe = { ...here.probe, type: () => 0x65735546n };
    sh('cp', '-a', `${backup}/.`, tokens);
    expect(await here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  });

  test('where it is the profile of that name of another installation', async () => {
    const { here, tokens } = await lived();
    const other = await lived();
    await rm(join(tokens, 'ventas'), { recursive: true });
    sh('cp', '-a', join(other.tokens, 'ventas'), join(tokens, 'ventas'));
    expect(await here.start()).toMatchObject([STARTS, PLACE_WAITS]);
  });

  test('and once accepted, for the vault, where that has a newer login', async () => {
    const a = await Aged.make();
    await a.live('ventas');
    sh('cp', '-a', `${join(a.folder, 'backup/tokens')}/.`, join(a.here.dataDir, 'tokens'));
    expect(await a.here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    expect(await a.here.context.place.accept({ originRetired: true })).toMatchObject({ started: ['soporte'] });
    expect((await a.here.context.sessions.list()).items).toMatchObject([STARTS, VAULT_WAITS]);
    const { hint } = await a.here.context.sessions.get('ventas');
    expect(hint).toContain('snapshot restore ventas');
    expect(await a.here.restart()).toMatchObject([STARTS, VAULT_WAITS]);
    expect(await a.here.context.sessions.start('ventas', { olderLogin: true })).toMatchObject(STARTS);
    expect(await a.here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test.each<[string, Partial<PlaceProbe>, object[]]>([
    ['the place first', {}, [PLACE_WAITS, PLACE_WAITS]],
    ['where that cannot be told, the vault', { type: () => 0x6969n }, [STARTS, VAULT_WAITS]],
  ])('where tokens/ and the database were put back and the vault was not: for %s', async (_, probe, waits) => {
    const a = await Aged.make({ ...thisProbe, ...probe });
    await a.live('ventas');
    for (const part of ['tokens', 'session-manager.db']) await a.putBack(part);
    for (const side of ['-wal', '-shm']) await rm(join(a.here.dataDir, `session-manager.db${side}`), { force: true });
    expect(await a.here.start()).toMatchObject(waits);
    await a.here.context.place.accept({ originRetired: true });
    expect(await a.here.restart()).toMatchObject([STARTS, VAULT_WAITS]);
  });

  test('but not one that the database knows to hold no login', async () => {
    const { here, tokens, backup } = await lived();
    here.change((store) => {
      store.sessions.tellFrom('ventas', null);
      store.transitions.record('soporte', { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE });
    });
    sh('cp', '-a', `${backup}/.`, tokens);
    expect(await here.start()).toMatchObject([{ state: 'MOVED' }, STARTS]);
  });
});

describe('sessions start by themselves', () => {
  test('at the first start after an upgrade, and after a version in between that knows nothing of it', async () => {
    const { here, tokens } = await lived();
    here.change((store) => {
      for (const name of ['soporte', 'ventas']) store.facts.set(`profile of ${name}`, '');
    });
    await unmark(tokens);
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    // That version writes the record, and keeps what it does not know.
    await here.stop();
    await createProfileStore({ dataDir: here.dataDir }).updateRecord('ventas', { chromiumVersion: '100.0.1.2' });
    await here.use('ventas');
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test.each<[string, (tokens: string, folder: string) => unknown]>([
    ['a copy of its last state, on another disk or put back', (tokens) => sameAgain(tokens)],
    [
      'databases that the browser made again',
      (tokens) => rm(join(tokens, 'ventas/Default/Cache'), { recursive: true, force: true }),
    ],
    ['chmod, chown and touch', (tokens) => sh('find', tokens, '-exec', 'touch', '{}', '+')],
    ['a backup that was made and not put back', (tokens) => sh('cp', '-a', tokens, `${tokens}.bak`)],
    ['a write that a crash left', (tokens) => writeFile(join(tokens, 'ventas/.leadmaster-0123456789ab.tmp'), '{')],
    ['a power cut that lost what the databases had not on disk', (tokens) => cutLogs(tokens)],
  ])('after %s', async (_, happens) => {
    const { here, tokens } = await lived();
    await happens(tokens, here.dataDir);
    await rm(`${tokens}.bak`, { recursive: true, force: true });
    for (let round = 0; round < 3; round += 1) expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('after a restore, a trim and an adopted move by our own commands, each before and after a restart', async () => {
    const a = await Aged.make();
    await a.live('ventas');
    await a.here.start();
    const { snapshots, sessions, storage } = a.here.context;
    for (const name of ['soporte', 'ventas']) await sessions.stop(name);
    const oldest = (await snapshots.list('ventas')).items.at(-1);
    const wanted = { start: false, restart: false, overwriteNewer: true };
    await snapshots.restore('ventas', oldest?.id ?? '', wanted);
    await storage.trim('soporte', { restart: false });
    await a.here.stop();
    a.here.change((store) => {
      for (const name of ['soporte', 'ventas']) store.sessions.setDesired(name, 'running');
    });
    expect(await a.here.start()).toMatchObject([STARTS, STARTS]);
    expect(await a.here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('after an import and a recovery, and where the service dies just before or just after either has put it in place', async () => {
    const { here } = await lived();
    here.withBrowser();
    await here.start();
    const { snapshots, sessions } = here.context;
    const passphrase = 'caballo correcto bateria';
    for (const name of NAMES) await sessions.stop(name);
    for (const name of NAMES) await here.snapshot(name);
    const { bytes } = await snapshots.export('ventas', (await snapshots.list('ventas')).items[0]?.id ?? '', {
      passphrase,
    });
    const file = await Array.fromAsync(bytes);
    for (const name of NAMES) await sessions.delete(name);
    await snapshots.import('ventas', Readable.from(file), {
      ...{ passphrase, originRetired: true, replace: false, overwriteNewer: false, start: false },
    });
    await snapshots.recover({ sessions: ['soporte'], originRetired: true, start: false });
    await here.stop();
    here.change((store) => {
      for (const name of NAMES) store.sessions.setDesired(name, 'running');
    });
    delete here.env.CHROME_PATH;
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
    // The mark is forgotten before the task, so a death at any step of it leaves none.
    await here.stop();
    here.change((store) => {
      for (const name of NAMES) forgetMark(store.facts, name);
    });
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('where the profile was given back from a folder that went and came by our own move', async () => {
    const { here, tokens, backup } = await lived();
    await here.start();
    await here.restart();
    await here.context.sessions.stop('ventas');
    await here.context.sessions.delete('ventas');
    const elsewhere = join(backup, 'ventas');
    await here.context.adoption.adopt({ name: 'ventas', path: elsewhere, mode: 'move', originRetired: true });
    await here.stop();
    here.change((store) => store.sessions.setDesired('ventas', 'running'));
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect((await readFile(join(tokens, 'ventas/.leadmaster.json'), 'utf8')).includes('"mark"')).toBe(true);
  });
});

/** The last state of all profiles, by other files: as a larger disk has it that is mounted in their place. */
async function sameAgain(tokens: string): Promise<void> {
  await rename(tokens, `${tokens}.bak`);
  await mkdir(tokens, { mode: 0o700 });
  await cp(`${tokens}.bak`, tokens, { recursive: true, preserveTimestamps: true });
}

/** What a version leaves that knows nothing of marks. */
async function unmark(tokens: string): Promise<void> {
  for (const name of ['soporte', 'ventas']) {
    const file = join(tokens, name, '.leadmaster.json');
    const { mark: _, ...record } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(record));
  }
}

/** LevelDB's log without its last bytes, as when they were never written. */
async function cutLogs(tokens: string): Promise<void> {
  sh('sh', '-c', `for f in ${tokens}/ventas/Default/*/*/*.log; do [ -s "$f" ] && truncate -s -1 "$f"; done; true`);
}

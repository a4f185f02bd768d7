import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionState } from '@leadmaster/protocol';
import { expect, it } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { ArrivingFiles } from '../../src/transfer/arriving-files.ts';
import { tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Installation, PLACE_WAITS, STARTS } from './installation.ts';

const ID = 'tr_00000000-0000-4000-8000-000000000000';

/** A folder that has run in its place; a transfer of `ventas` to it was cut while it was put in place. */
async function cutArrival(state: SessionState): Promise<{ folder: string; here: Installation }> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
  store.transitions.record('ventas', { from: 'STOPPED', to: state, reason: 'transferred', data: A_CHANGE });
  if (state === 'MOVED') store.tombstones.add('ventas', 1, null);
  await createProfileStore({ dataDir: here.dataDir }).trash('ventas', 'moved');
  const about = {
    chromium: null,
    bytes: 0,
    metadata: {},
    account: null,
    desired: 'running',
    reserved: state !== 'MOVED',
  };
  const facts = { ...about, caughtUpTo: new Date().toISOString(), told: [] };
  store.transfers.begin({
    id: ID,
    session: 'ventas',
    generation: 2,
    role: 'target',
    phase: 'prepared',
    peer: null,
    facts,
  });
  store.transfers.advance(ID, 'committing', facts);
  store.close();
  await putProfile(new ArrivingFiles(dataPaths(here.dataDir), ID).profile);
  return { folder, here };
}

async function copyOf({ folder, here }: { folder: string; here: Installation }): Promise<Installation> {
  await cp(here.dataDir, join(folder, 'copy'), { recursive: true, preserveTimestamps: true });
  return here.at(join(folder, 'copy'));
}

it.each(['MOVED', 'STOPPED'] as const)(
  'a transfer to here that was cut is finished where the folder is in its place (%s)',
  async (state) => {
    const { here } = await cutArrival(state);
    expect(await here.start()).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
  },
);

it.each(['MOVED', 'STOPPED'] as const)(
  'in a copy of the folder it waits for the word, and is finished and started by it (%s)',
  async (state) => {
    const copy = await copyOf(await cutArrival(state));
    const waits = state === 'MOVED' ? { state: 'MOVED' } : PLACE_WAITS;
    expect(await copy.start()).toMatchObject([PLACE_WAITS, waits]);
    expect(await copy.restart()).toMatchObject([PLACE_WAITS, waits]);
    await copy.context.place.accept({ originRetired: true });
    expect((await copy.context.sessions.list()).items).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
  },
);

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionState } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { thisProbe } from '../../src/profile/place.ts';
import { ArrivingFiles } from '../../src/transfer/arriving-files.ts';
import { tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Installation, NAMES, PLACE_WAITS, STARTS, VAULT_WAITS } from './installation.ts';

/** A file system on which the place of a folder cannot be told. */
const OVERLAY = { ...thisProbe, type: () => 0x794c7630n };

interface Cut {
  folder: string;
  here: Installation;
}

const idOf = (number: number): string => `tr_00000000-0000-4000-8000-00000000000${number}`;

/** A folder that has run in its place; transfers of these sessions to it were cut while they were put in place. */
async function cutArrivals(state: SessionState, ...sessions: string[]): Promise<Cut> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  const profiles = createProfileStore({ dataDir: here.dataDir });
  for (const session of new Set(sessions)) {
    here.change((store) => {
      store.transitions.record(session, { from: 'STOPPED', to: state, reason: 'transferred', data: A_CHANGE });
      if (state === 'MOVED') store.tombstones.add(session, 1, null);
    });
    await profiles.trash(session, 'moved');
  }
  for (const [number, session] of sessions.entries()) await cut(here, idOf(number), session, state !== 'MOVED');
  return { folder, here };
}

async function cut(here: Installation, id: string, session: string, reserved: boolean): Promise<void> {
  const about = { chromium: null, bytes: 0, metadata: {}, account: null, desired: 'running', reserved };
  const facts = { ...about, caughtUpTo: new Date().toISOString(), told: [] };
  here.change((store) => {
    store.transfers.begin({ id, session, generation: 2, role: 'target', phase: 'prepared', peer: null, facts });
    store.transfers.advance(id, 'committing', facts);
  });
  await putProfile(new ArrivingFiles(dataPaths(here.dataDir), id).profile);
}

async function copyOf({ folder, here }: Cut): Promise<Installation> {
  await cp(here.dataDir, join(folder, 'copy'), { recursive: true, preserveTimestamps: true });
  return here.at(join(folder, 'copy'));
}

test.each(['MOVED', 'STOPPED'] as const)(
  'a transfer to here that was cut is finished where the folder is in its place (%s)',
  async (state) => {
    const { here } = await cutArrivals(state, 'ventas');
    expect(await here.start()).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
    expect(await here.restart()).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
  },
);

test.each(['MOVED', 'STOPPED'] as const)(
  'in a copy of the folder it waits for the word, and is finished and started by it (%s)',
  async (state) => {
    const copy = await copyOf(await cutArrivals(state, 'ventas'));
    const waits = state === 'MOVED' ? { state: 'MOVED' } : PLACE_WAITS;
    expect(await copy.start()).toMatchObject([PLACE_WAITS, waits]);
    expect(await copy.restart()).toMatchObject([PLACE_WAITS, waits]);
    await copy.context.place.accept({ originRetired: true });
    expect((await copy.context.sessions.list()).items).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
  },
);

/** A copy of the folder as it was then, beside a vault that has a newer login of each that has arrived in it since. */
async function agedCopy(made: Cut): Promise<Installation> {
  const copy = await copyOf(made);
  const { here } = made;
  expect(await here.start()).toMatchObject([STARTS, STARTS]);
  for (const name of NAMES) {
    await here.use(name);
    await here.snapshot(name);
  }
  await here.stop();
  return copy;
}

describe('an older folder with several transfers that were cut waits for the vault with each of them', () => {
  test('where its place cannot be told: none is started before all are compared', async () => {
    const made = await cutArrivals('STOPPED', ...NAMES);
    made.here.probe = OVERLAY;
    const copy = await agedCopy(made);
    expect(await copy.start()).toMatchObject([VAULT_WAITS, VAULT_WAITS]);
    expect(await copy.restart()).toMatchObject([VAULT_WAITS, VAULT_WAITS]);
  });

  test('where its place waits first: they are compared once it is accepted', async () => {
    const copy = await agedCopy(await cutArrivals('STOPPED', ...NAMES));
    expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
    await copy.context.place.accept({ originRetired: true });
    expect((await copy.context.sessions.list()).items).toMatchObject([VAULT_WAITS, VAULT_WAITS]);
  });
});

test('of two cut transfers of one session the first is finished, and the other replaces nothing', async () => {
  const { here } = await cutArrivals('STOPPED', 'ventas', 'ventas');
  expect(await here.start()).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
  const phases = [0, 1].map((number) => here.context.arrivals.get(idOf(number)).phase);
  expect(phases).toEqual(['committed', 'sealed']);
  expect(await here.restart()).toMatchObject([STARTS, { ...STARTS, generation: 3 }]);
});

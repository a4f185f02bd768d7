import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { expect, onTestFinished, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import type { DeparturePhase } from '../../src/transfer/departure-facts.ts';
import { tempFolder } from '../adopt/folders.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Installation, PLACE_WAITS, STARTS } from './installation.ts';

const ID = 'tr_00000000-0000-4000-8000-000000000000';
const MOVED = { state: 'MOVED' };

/** Another manager that gives up every session that it is asked for; what it was asked for. */
async function yielding(): Promise<{ to: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { to: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A folder that has run in its place, and a copy of it made while `ventas` was on its way to another manager. */
async function cutDeparture(phase: DeparturePhase, to: string): Promise<{ here: Installation; copy: Installation }> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  here.change((store) => {
    // Nothing else waits: the place is remembered for the transfer alone.
    store.sessions.tellFrom('soporte', null);
    if (phase !== 'begun') {
      store.transitions.record('ventas', { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE });
      store.tombstones.add('ventas', 1, null);
    }
    const facts = { desired: 'running', caughtUpTo: null };
    store.transfers.begin({
      id: ID,
      session: 'ventas',
      generation: 1,
      role: 'source',
      phase: 'begun',
      peer: to,
      facts,
    });
    store.transfers.advance(ID, phase);
  });
  if (phase !== 'begun') await createProfileStore({ dataDir: here.dataDir }).trash('ventas', 'moved');
  await cp(here.dataDir, join(folder, 'copy'), { recursive: true, preserveTimestamps: true });
  return { here, copy: here.at(join(folder, 'copy')) };
}

const stateOf = async ({ context }: Installation) => (await context.sessions.list()).items;

test.each(['handed_over', 'returning'] as const)(
  'a session that was given away (%s) is taken back where the folder is in its place',
  async (phase) => {
    const { to } = await yielding();
    const { here } = await cutDeparture(phase, to);
    await here.start();
    await here.context.departures.transfer('ventas', { to, key: 'k', undo: true }, {});
    expect(await stateOf(here)).toMatchObject([{}, { ...STARTS, generation: 2 }]);
  },
);

test.each(['handed_over', 'returning'] as const)(
  'in a copy of the folder it waits for the word (%s): neither taken back nor finished, and the other manager hears nothing',
  async (phase) => {
    const { to, asked } = await yielding();
    const { copy } = await cutDeparture(phase, to);
    expect(await copy.start()).toMatchObject([
      {},
      { ...MOVED, hint: expect.stringContaining('place accept --origin') },
    ]);
    await copy.restart();
    const { findings } = await examine(copy.config());
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'place_changed', what: expect.stringContaining('wait (ventas)') }),
    );
    for (const undo of [true, false]) {
      await expect(copy.context.departures.transfer('ventas', { to, key: 'k', undo }, {})).rejects.toMatchObject({
        ...{ code: 'place_changed', status: 409 },
        hint: expect.stringContaining('"./leadmaster place accept --origin-retired"'),
      });
    }
    expect(await stateOf(copy)).toMatchObject([{}, MOVED]);
    expect(asked).toEqual([]);
    await copy.context.place.accept({ originRetired: true });
    await copy.context.departures.transfer('ventas', { to, key: 'k', undo: true }, {});
    expect(await stateOf(copy)).toMatchObject([{}, { ...STARTS, generation: 2 }]);
  },
);

test('in a copy, a transfer that was only begun is not given up for the folder that may be finishing it', async () => {
  const { to, asked } = await yielding();
  const { copy } = await cutDeparture('begun', to);
  expect(await copy.start()).toMatchObject([{}, PLACE_WAITS]);
  for (const undo of [true, false])
    await expect(copy.context.departures.transfer('ventas', { to, key: 'k', undo }, {})).rejects.toMatchObject({
      code: 'place_changed',
    });
  expect(asked).toEqual([]);
});

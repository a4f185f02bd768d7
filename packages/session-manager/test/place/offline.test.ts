import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openPlaceOffline } from '../../src/offline.ts';
import { tempFolder } from '../adopt/folders.ts';
import { Installation, PLACE_WAITS, STARTS } from './installation.ts';

/** A copy of a data folder that has run in its place; the service was never started on the copy. */
async function copied(): Promise<Installation> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  await cp(here.dataDir, join(folder, 'copy'), { recursive: true, preserveTimestamps: true });
  return here.at(join(folder, 'copy'));
}

async function offline(installation: Installation) {
  const opened = await openPlaceOffline(installation.config());
  onTestFinished(() => opened.close());
  return opened;
}

test('the place is accepted before the first start on a copy; that start then brings all sessions back', async () => {
  const copy = await copied();
  const { place, close } = await offline(copy);
  expect(place.view()).toMatchObject({ waiting: ['soporte', 'ventas'], before: { path: expect.any(String) } });
  expect(await place.accept({ originRetired: true })).toMatchObject({
    ...{ accepted: ['soporte', 'ventas'], started: [] },
    place: { waiting: [], before: null },
  });
  await close();
  expect(await copy.start()).toMatchObject([STARTS, STARTS]);
});

test('some are accepted by name after a start that held them back; the others wait on', async () => {
  const copy = await copied();
  expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  await copy.stop();
  const { place, close } = await offline(copy);
  await expect(place.accept({ originRetired: true, sessions: ['nadie'] })).rejects.toMatchObject({
    code: 'session_not_found',
  });
  expect(await place.accept({ originRetired: true, sessions: ['ventas'] })).toMatchObject({
    ...{ accepted: ['ventas'], started: [], place: { waiting: ['soporte'] } },
  });
  await close();
  expect(await copy.start()).toMatchObject([PLACE_WAITS, STARTS]);
});

test('to look accepts nothing, and starts nothing', async () => {
  const copy = await copied();
  const { place, close } = await offline(copy);
  place.view();
  await close();
  expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
});

test('a folder that is where it was waits for nothing, and starts', async () => {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  await here.start();
  await here.stop();
  const { place, close } = await offline(here);
  expect(place.view()).toMatchObject({ waiting: [], before: null });
  expect(await place.accept({ originRetired: true })).toMatchObject({ accepted: [], started: [] });
  await close();
  expect(await here.start()).toMatchObject([STARTS, STARTS]);
});

test('is refused beside a service that runs on the folder', async () => {
  const copy = await copied();
  await copy.start();
  await expect(openPlaceOffline(copy.config())).rejects.toMatchObject({ code: 'data_folder_in_use' });
});

test('what was stopped by order is accepted and stays stopped', async () => {
  const copy = await copied();
  await copy.start();
  await copy.context.sessions.stop('soporte');
  await copy.stop();
  const { place, close } = await offline(copy);
  await place.accept({ originRetired: true });
  await close();
  expect(await copy.start()).toMatchObject([{ state: 'STOPPED', reason: 'place_accepted' }, STARTS]);
});

import { access } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { sweepOld } from '../src/housekeeping.ts';
import { createProfileStore } from '../src/profile/file-profile-store.ts';
import { dataPaths } from '../src/profile/paths.ts';
import { createStateStore } from '../src/state/sqlite-state-store.ts';
import { SteadyClock } from '../src/steady-clock.ts';
import { aQr } from './event-samples.ts';
import { putLogin, tempFolder } from './profile/helpers.ts';

const DAY = 86_400_000;

test('the hourly sweep deletes neither trash nor events, and forgets no hub, by a clock that jumped 400 days ahead, and deletes them in time', async () => {
  const dataDir = await tempFolder();
  const profiles = createProfileStore({ dataDir });
  await profiles.create('a');
  await putLogin(profiles.locate('a'));
  const trashed = (await profiles.trash('a', 'logout')) ?? '';
  const store = createStateStore({ file: dataPaths(dataDir).database });
  for (let i = 0; i < 3; i += 1) store.events.append(aQr('a'));
  store.hubs.confirm('norte', 3);

  let wall = Date.now();
  let steady = 0;
  const memory = { read: () => store.facts.get('c'), write: (text: string) => store.facts.set('c', text) };
  const clock = new SteadyClock(memory, { wall: () => wall, steady: () => steady });
  clock.look();
  const retention = {
    events: 1000,
    eventDays: 30,
    keepBytes: 0,
    transitions: 1000,
    trashDays: 30,
    trashBytes: Number.POSITIVE_INFINITY,
  };
  const sweep = () => sweepOld({ store, profiles, config: { retention }, log: pino({ level: 'silent' }) }, clock);

  wall += 400 * DAY;
  steady += 3_600_000;
  await sweep();
  await access(trashed);
  expect(store.events.after(0, 9)).toHaveLength(3);
  expect(store.hubs.all()).toHaveLength(1);

  wall -= 400 * DAY;
  for (let days = 0; days < 31; days += 1) {
    wall += DAY;
    steady += DAY;
    await sweep();
  }
  await expect(access(trashed)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(store.events.after(0, 9)).toHaveLength(1);
  expect(store.hubs.all()).toEqual([]);
  store.close();
});

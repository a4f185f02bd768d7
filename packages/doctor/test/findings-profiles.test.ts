import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import { A_CHANGE } from '../../session-manager/test/event-samples.ts';
import { cleanUp } from '../../session-manager/test/profile/helpers.ts';
import { HOURS, plantedAndFound } from './planted.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

describe('profiles and transfers', () => {
  plantedAndFound([
    [
      'a profile without a record',
      (i) => mkdir(i.paths.session('admin'), { mode: 0o700 }),
      [['profile_unclaimed', 'warning']],
    ],
    ['a record without a session', (i) => i.putProfile('admin'), [['profile_unclaimed', 'warning']]],
    [
      'a session without a profile',
      (i) => rename(i.profile, join(i.paths.root, '../lost')),
      [['profile_missing', 'problem']],
    ],
    ['a record that is torn', (i) => writeFile(i.paths.record(NAME), '{'), [['record_unreadable', 'problem']]],
    [
      'a profile under another name',
      async (i) => {
        await rename(i.profile, i.paths.session('otra'));
        i.change((store) => store.sessions.remove(NAME));
      },
      [['record_unreadable', 'problem']],
    ],
    [
      'half a login',
      (i) => rm(join(i.profile, LOGIN_STORES.localStorage), { recursive: true }),
      [['login_damaged', 'problem']],
    ],
    [
      'a folder that can be no session',
      (i) => mkdir(join(i.paths.tokens, '.wwebjs_auth'), { mode: 0o700 }),
      [['folder_no_session', 'note']],
    ],
    [
      'a folder that a move has set aside among the profiles',
      (i) => mkdir(join(i.paths.tokens, 'ventas.moved-to-leadmaster'), { mode: 0o700 }),
      [['folder_set_aside', 'note']],
    ],
    [
      'a copy whose origin was not retired',
      (i) => createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { originRetired: false }),
      [['origin_not_retired', 'note']],
    ],
    [
      'a session that moved away, with its profile in place',
      (i) =>
        i.change((store) => {
          store.tombstones.add(NAME, 1, null);
          store.transitions.record(NAME, { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE });
        }),
      [['moved_in_place', 'problem']],
    ],
    [
      'a session that has come whole, and was never handed over',
      (i) => i.putArrival('soporte', 'sealed', 2 * HOURS),
      [['arrival_sealed', 'warning']],
    ],
    [
      'a session that was handed over and is not in its place',
      (i) => i.putArrival('soporte', 'committing', 2 * HOURS),
      [['arrival_unfinished', 'problem']],
    ],
    [
      'a transfer to here that was begun and not continued',
      (i) => i.putArrival('soporte', 'prepared', 25 * HOURS),
      [['arrival_left', 'note']],
    ],
    [
      'a session that was handed over, and whose arrival is not confirmed',
      (i) => i.putDeparture(2 * HOURS),
      [['departure_unfinished', 'problem']],
    ],
    [
      'sessions that are on their way and take their time',
      (i) => {
        i.putDeparture(HOURS / 2);
        i.putArrival('uno', 'sealed', HOURS / 2);
        i.putArrival('dos', 'prepared', 23 * HOURS);
      },
      [],
    ],
  ]);
});

test('a program that has a login open', async () => {
  const installation = await SampleInstallation.healthy();
  const file = join(installation.profile, LOGIN_STORES.localStorage, 'CURRENT');
  // Not a child of this process: what the asker itself has started is explained by it.
  const command = ['--fork', 'sh', '-c', 'echo $$; exec sleep 60'];
  const handle = openSync(file, 'r');
  const child = spawn('setsid', command, { stdio: ['ignore', 'pipe', 'inherit', handle] });
  closeSync(handle);
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
  const pid = Number(line.toString());
  cleanUp(() => process.kill(pid, 'SIGKILL'));
  expect(await installation.found()).toMatchObject([
    { id: 'stray_files', severity: 'warning', where: `pid ${pid}`, what: expect.stringContaining(file) },
  ]);
});

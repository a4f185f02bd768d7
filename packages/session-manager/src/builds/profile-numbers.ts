import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { DrillBrowser } from '../engine/drill/drill-browser.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import { inStaging, stagingPath } from '../snapshots/staging.ts';
import { MODEL_STORAGE, type Numbers } from './page-facts.ts';

/** What has the numbers: the databases themselves, without the blobs that belong to them. */
const DATABASES = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';

/** A browser that has not read the numbers by then never will. */
const READ_MS = 60_000;

export interface NumbersDeps {
  paths: DataPaths;
  profiles: Pick<ProfileStore, 'readRecord' | 'noteDatabases'>;
  drill: Pick<DrillBrowser, 'numbers'>;
  log: Logger;
}

/**
 * The numbers of the databases in a profile that the caller holds: as they were noted, or read once from a copy that a
 * browser opens without any network.
 *
 * @throws LeadMasterError `web_version_unsafe` when neither says them.
 */
export async function profileNumbers(
  deps: NumbersDeps,
  session: string,
  profileDir: string,
  signal: AbortSignal,
): Promise<Numbers> {
  const record = await deps.profiles.readRecord(session);
  const note = record?.databases;
  if (note !== undefined && !note.mayBeHigher) return note.numbers;
  const numbers = await readCopy(deps, session, profileDir, signal);
  await deps.profiles.noteDatabases(session, record?.generation ?? 0, { numbers, mayBeHigher: false });
  deps.log.info({ session, numbers }, 'the numbers of its databases were read from a copy of the profile');
  return (await deps.profiles.readRecord(session))?.databases?.numbers ?? numbers;
}

async function readCopy(deps: NumbersDeps, session: string, profileDir: string, signal: AbortSignal): Promise<Numbers> {
  const overdue = deadline(READ_MS, signal);
  try {
    const numbers = await inStaging(stagingPath(deps.paths, 'drill', session), async (folder) => {
      await mkdir(dirname(join(folder, DATABASES)), { recursive: true, mode: 0o700 });
      await cp(join(profileDir, DATABASES), join(folder, DATABASES), { recursive: true });
      return deps.drill.numbers(folder, overdue);
    });
    if (numbers[MODEL_STORAGE] === undefined) throw new Error(`there is no ${MODEL_STORAGE} in it`);
    return numbers;
  } catch (error) {
    signal.throwIfAborted();
    throw new LeadMasterError(
      'web_version_unsafe',
      `How new the databases of ${session} are was never noted, and a copy of its profile could not be read: ${errorText(error)}`,
      'Start it once with WEB_VERSION=live, which notes it; or repair what kept the copy from being read, and start it again.',
      { cause: error },
    );
  }
}

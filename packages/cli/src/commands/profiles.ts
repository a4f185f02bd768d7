import { existsSync, lstatSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import type { Config } from '@leadmaster/session-manager/config';
import { demoDir } from '../demo/demo-file.ts';

/**
 * The profiles of this machine's data folder, read without the service, once it is sure that one of this name is there.
 * Loaded only by the commands that can do so.
 *
 * @throws LeadMasterError `session_not_found`, with the path it would have.
 */
export async function openProfiles(config: Config, name: string) {
  const { createProfileStore } = await import('@leadmaster/session-manager/profile');
  const profiles = createProfileStore({ dataDir: config.dataDir });
  const path = profiles.locate(name);
  if (mayExist(path)) return profiles;
  const isOfDemo = existsSync(createProfileStore({ dataDir: demoDir(config.dataDir) }).locate(name));
  const hint = isOfDemo ? `The demo has one of that name: add --demo.` : 'List what there is: ./leadmaster storage';
  throw new LeadMasterError('session_not_found', `There is no profile of ${name}: it would be ${path}.`, hint);
}

/** Only the system's plain no is one: what cannot be looked at says so itself when it is read. */
function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

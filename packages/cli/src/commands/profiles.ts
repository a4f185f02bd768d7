import { existsSync, lstatSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import type { Config } from '@leadmaster/session-manager/config';
import { CliError } from '../cli-error.ts';
import { demoDir } from '../demo/demo-file.ts';
import { EXIT } from '../exit-codes.ts';
import { ENGLISH, type Words } from '../words/words.ts';

/**
 * The profiles of this machine's data folder, read without the service, once it is sure that one of this name is there.
 * Loaded only by the commands that can do so.
 *
 * @throws CliError `session_not_found`, with the path it would have.
 */
export async function openProfiles(config: Config, name: string) {
  const { createProfileStore } = await import('@leadmaster/session-manager/profile');
  const profiles = createProfileStore({ dataDir: config.dataDir });
  const path = profiles.locate(name);
  if (mayExist(path)) return profiles;
  const isOfDemo = existsSync(createProfileStore({ dataDir: demoDir(config.dataDir) }).locate(name));
  const text = (words: Words): string => words.profiles.noProfile(name, path);
  const hint = (words: Words): string => (isOfDemo ? words.profiles.demoHasIt : words.profiles.listThem);
  const error = new LeadMasterError('session_not_found', text(ENGLISH), hint(ENGLISH));
  throw new CliError(EXIT.notFound, error.code, text, hint, { problem: error.toProblem() });
}

/** Only ENOENT means that it is missing: another error is told when the profile is read. */
function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

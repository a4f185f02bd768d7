import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isMissing } from '@leadmaster/service-kit/files';
import { unreadable } from './files.ts';

/**
 * A path without links, also of what is not there.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function realPathOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch (error) {
    if (!isMissing(error) || whole === dirname(whole)) throw unreadable(path, error);
    return join(await realPathOf(dirname(whole)), basename(whole));
  }
}

/** Whether a path is a folder or lies below it; both without links. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

import { isOlderDatabase } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Whether there is anything to look at. */
export async function checkDataFolder({ exists, paths }: Installation): Promise<Finding[]> {
  return exists ? [] : [found('note', 'data_folder_missing', paths.root, { path: paths.root })];
}

/** Whether the manager's memory can be read; without it much of the rest cannot be judged. */
export async function checkDatabase({ stateError, paths }: Installation): Promise<Finding[]> {
  if (stateError === null) return [];
  if (isOlderDatabase(stateError)) return [found('warning', 'database_older', paths.database)];
  const { message: detail, hint } = stateError;
  return [found('problem', 'database_unreadable', paths.database, { detail, hint })];
}

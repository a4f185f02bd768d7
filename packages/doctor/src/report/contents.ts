import { join } from 'node:path';
import { classify, type StorageClass } from '@leadmaster/capture/classify';
import { lstatOrNull, measureProfile, namesOrNull, realFs } from '@leadmaster/session-manager/installation';

/** The parts of a profile that people know by name. `other` is what has no name of its own. */
export const PARTS = [
  'indexed_db',
  'local_storage',
  'session_storage',
  'service_worker',
  'cookies',
  'preferences',
  'local_state',
  'record',
  'caches',
  'metrics',
  'dev_tools_port',
  'other',
] as const;
export type Part = (typeof PARTS)[number];

/** The size of a part of a profile, by what its files are worth: as `storage` counts it, where a part holds files of several. */
export interface PartSize {
  part: Part;
  /** Where it is below the profile. */
  path: string;
  class: StorageClass;
  bytes: number;
}

export interface ProfileContents {
  bytes: number;
  classes: Record<StorageClass, number>;
  /** In the order of `PARTS`, those that are there; of one part the most precious first. */
  parts: PartSize[];
}

const PATHS: readonly [part: Part, path: string, pattern: RegExp][] = [
  ['indexed_db', 'Default/IndexedDB/', /^Default\/IndexedDB(\/|$)/],
  ['local_storage', 'Default/Local Storage/', /^Default\/Local Storage(\/|$)/],
  ['session_storage', 'Default/Session Storage/', /^Default\/Session Storage(\/|$)/],
  ['service_worker', 'Default/Service Worker/', /^Default\/Service Worker(\/|$)/],
  ['caches', '…Cache/', /Cache(\/|$)/],
  ['cookies', 'Default/Network/', /^Default\/(Network|Cookies)/],
  ['preferences', 'Default/', /^Default$/],
  ['local_state', 'Local State', /^Local State$/],
  ['record', '.leadmaster.json', /^\.leadmaster\.json$/],
  ['metrics', 'BrowserMetrics*', /^(BrowserMetrics|Crash)/],
  ['dev_tools_port', 'DevToolsActivePort', /^DevToolsActivePort$/],
];

const WORTH: readonly StorageClass[] = ['critical', 'important', 'optional', 'temporary'];

/**
 * What a profile holds, by parts that have names; a folder that is not there is empty.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function contentsOf(profileDir: string): Promise<ProfileContents> {
  const { bytes, classes, folders } = await measureProfile(profileDir);
  const parts = new Map<string, PartSize>();
  const add = (path: string, kind: StorageClass, size: number): void => {
    const [part, shown] = PATHS.find(([, , pattern]) => pattern.test(path)) ?? (['other', '*'] as const);
    const key = `${part} ${kind}`;
    parts.set(key, { part, path: shown, class: kind, bytes: (parts.get(key)?.bytes ?? 0) + size });
  };
  // Entries of the profile itself keep their names: people know "Local State".
  for (const folder of folders) if (folder.path !== '.') add(folder.path, folder.class, folder.bytes);
  for (const { name, size } of await filesIn(profileDir)) add(name, classify(name).class, size);
  return {
    bytes,
    classes,
    parts: PARTS.flatMap((part) => WORTH.flatMap((kind) => parts.get(`${part} ${kind}`) ?? [])),
  };
}

async function filesIn(folder: string): Promise<{ name: string; size: number }[]> {
  const files: { name: string; size: number }[] = [];
  for (const name of (await namesOrNull(realFs, folder)) ?? []) {
    const stat = await lstatOrNull(realFs, join(folder, name));
    if (stat?.isFile()) files.push({ name, size: Number(stat.size) });
  }
  return files;
}

import { join } from 'node:path';
import { isFileLocked } from '@leadmaster/service-kit/sqlite';

/** Databases that a browser keeps open: the first with the profile, the others with WhatsApp's page. */
const STORES = [
  'Default/shared_proto_db',
  'Default/Local Storage/leveldb',
  'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb',
];
/** LevelDB's own lock in each: on the whole file, for as long as a process has the database open. */
const LOCK = 'LOCK';

/**
 * The databases of a profile that a browser has open, below the profile, by the kernel's word. The only sign of a browser
 * that `/proc` does not show: in another container on the same volume.
 */
export function storesInUse(profileDir: string): string[] {
  return STORES.filter((store) => isFileLocked(join(profileDir, store, LOCK)) === true);
}

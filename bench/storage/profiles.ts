import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a large profile's files nearly all are cached media, in one folder per cache. */
const MEDIA = 'Default/Service Worker/CacheStorage/5f1d/0c9e';
const OTHERS: Record<string, number> = {
  'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb': 80,
  'Default/Local Storage/leveldb': 8,
  'Default/Cache/Cache_Data': 300,
  'Default/Code Cache/js': 200,
  'Default/Service Worker/ScriptCache': 40,
  Default: 30,
};

/**
 * Lays out profiles as the service finds them, of so many files and bytes each. The files have sizes and no content:
 * measuring reads none. Returns the sessions' names.
 */
export async function makeProfiles(
  dataDir: string,
  size: { profiles: number; files: number; bytes: number },
): Promise<string[]> {
  const names = Array.from({ length: size.profiles }, (_, i) => `cliente-${i + 1}`);
  const others = Object.values(OTHERS).reduce((sum, count) => sum + count, 0);
  for (const name of names) {
    const profile = join(dataDir, 'tokens', name);
    const each = Math.floor(size.bytes / size.files);
    for (const [folder, count] of Object.entries({ ...OTHERS, [MEDIA]: Math.max(1, size.files - others) })) {
      mkdirSync(join(profile, folder), { recursive: true });
      for (let i = 0; i < count; i += 1) {
        const path = join(profile, folder, `${i.toString(16).padStart(16, '0')}_0`);
        writeFileSync(path, '');
        truncateSync(path, each);
      }
    }
  }
  return names;
}

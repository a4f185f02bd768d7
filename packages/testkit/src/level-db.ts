import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A MANIFEST as LevelDB first writes it: the usual order of keys, no log yet, next file 2, no table. */
const MANIFEST = Buffer.from('lXy5xSIAAQEabGV2ZWxkYi5CeXRld2lzZUNvbXBhcmF0b3ICAAMCBAA=', 'base64');
/** A log of one record: `VERSION` is `1`. */
const LOG = Buffer.from('mhvcNRcAAQEAAAAAAAAAAQAAAAEHVkVSU0lPTgEx', 'base64');

/** Makes a folder a LevelDB that holds one value, byte for byte as LevelDB leaves it. */
export async function putLevelDb(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'MANIFEST-000001'), MANIFEST);
  await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000001\n');
  await writeFile(join(folder, '000003.log'), LOG);
  await writeFile(join(folder, 'LOCK'), '');
}

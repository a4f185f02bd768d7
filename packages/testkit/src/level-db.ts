import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A MANIFEST as LevelDB first writes it: the usual order of keys, no log yet, next file 2, no table. */
const MANIFEST = Buffer.from('lXy5xSIAAQEabGV2ZWxkYi5CeXRld2lzZUNvbXBhcmF0b3ICAAMCBAA=', 'base64');
const LOG_NAME = '000003.log';
/** A log of one record, change 1: `VERSION` is `1`. */
const LOG = Buffer.from('mhvcNRcAAQEAAAAAAAAAAQAAAAEHVkVSU0lPTgEx', 'base64');
/** One record more, change 2: `VERSION` is `2`. */
const NEXT = Buffer.from('YxWj9hcAAQIAAAAAAAAAAQAAAAEHVkVSU0lPTgEy', 'base64');

/** Makes a folder a LevelDB that holds one value, byte for byte as LevelDB leaves it. */
export async function putLevelDb(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'MANIFEST-000001'), MANIFEST);
  await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000001\n');
  await writeFile(join(folder, LOG_NAME), LOG);
  await writeFile(join(folder, 'LOCK'), '');
}

/** Changes the value in such a folder, as a use of the database does. */
export async function useLevelDb(folder: string): Promise<void> {
  await appendFile(join(folder, LOG_NAME), NEXT);
}

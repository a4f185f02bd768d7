import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderOnOtherDisk } from '@leadmaster/testkit/other-disk';
import { onTestFinished } from 'vitest';
import type { Capture, CapturedEntry } from '../src/index.ts';

const PREFIX = 'leadmaster-capture-';
export const INDEXED_DB = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
export const LOCAL_STORAGE = 'Default/Local Storage/leveldb';
export const CACHE = 'Default/Service Worker/CacheStorage/0bf6ab7f/c0ffee';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on another file system than the system's temporary one; null where there is none. */
export async function foreignFolder(): Promise<string | null> {
  const folder = await folderOnOtherDisk(tmpdir(), PREFIX);
  if (folder !== null) onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function write(root: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** A file's content as the capture has it. */
export async function contentOf(entries: readonly CapturedEntry[], path: string): Promise<string> {
  const entry = entries.find((one) => one.path === path);
  if (entry?.kind !== 'file') throw new Error(`no file ${path}`);
  const pieces: Buffer[] = [];
  for await (const piece of entry.open() as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Writes a capture out, as a restore does. */
export async function writeOut(capture: Capture, target: string): Promise<void> {
  await mkdir(target, { mode: 0o700 });
  for (const entry of capture.entries) {
    if (entry.kind === 'directory') await mkdir(join(target, entry.path), { mode: 0o700 });
    if (entry.kind === 'file') await writeFile(join(target, entry.path), entry.open(), { mode: entry.mode });
  }
}

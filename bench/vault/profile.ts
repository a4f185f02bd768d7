import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { filesOf } from './file-sets.ts';
import { LivingSession } from './living-session.ts';

/** Of a profile of 900 MB about 120 are chats and login; the rest is cached media. */
const HISTORY_SHARE = 2 / 15;
const SAMPLE_FILES = 200;

/** A profile of that size, by kinds of content. */
export function sizesOf(bytes: number): { history: number; media: number } {
  const history = Math.round(bytes * HISTORY_SHARE);
  return { history, media: bytes - history };
}

/** Has a real browser fill a profile in `folder`, the session stopped at the end; or takes it from where it was kept. */
export async function makeProfile(
  folder: string,
  bytes: number,
  made: string | null,
  signal: AbortSignal,
): Promise<string> {
  if (made === null || !existsSync(made)) {
    await fill(folder, sizesOf(bytes), signal);
    if (made !== null) {
      const partial = `${made}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(dirname(made), { recursive: true });
      await cp(folder, partial, { recursive: true, preserveTimestamps: true });
      await rename(partial, made);
    }
  } else await cp(made, folder, { recursive: true, preserveTimestamps: true });
  return join(folder, 'data', 'tokens', 'bench');
}

/** Lets a session grow, new or as it lies there; nothing runs afterwards. */
export async function fill(
  folder: string,
  bytes: { history: number; media: number },
  signal: AbortSignal,
): Promise<string> {
  await using session = await LivingSession.open(folder, join(folder, 'vault-unused'), signal);
  await session.start();
  await session.grow(bytes, signal);
  await session.stop();
  return session.profile;
}

/** What share of the profile's bytes a fast compressor leaves, by a sample of its files: 1 = incompressible. */
export async function compressibility(profile: string): Promise<number> {
  const files = await filesOf(profile, 'full');
  const step = Math.max(1, Math.floor(files.length / SAMPLE_FILES));
  let [plain, packed] = [0, 0];
  for (let at = 0; at < files.length; at += step) {
    const content = await readFile(join(profile, files[at] ?? ''));
    plain += content.length;
    packed += Math.min(content.length, zstdCompressSync(content).length);
  }
  return packed / plain;
}

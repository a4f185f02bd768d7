import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { ExportContent } from '@leadmaster/vault';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { LongCall } from './service-client.ts';

/** Refuses a place where a file would be written over, or none can be made, before any work is done for it. */
export async function refuseTaken(path: string, force: boolean): Promise<void> {
  await refuseExisting(path, force);
  const trial = temporaryBeside(path);
  try {
    await using file = await open(trial, 'wx', 0o600);
    await file.writeFile('x');
  } catch (error) {
    throw failed(path, error);
  } finally {
    await rm(trial, { force: true });
  }
}

function temporaryBeside(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.part`;
}

async function refuseExisting(path: string, force: boolean): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw failed(path, error);
  });
  if (found === null || (force && found.isFile())) return;
  if (!found.isFile() && !found.isDirectory()) throw notAFile(path);
  throw new CliError(
    EXIT.failed,
    'file_exists',
    ({ files }) => files.isThere(path),
    ({ files }) => (found.isFile() ? files.chooseAnother : files.notAFolder),
  );
}

/** Where a file is that the operator has named. */
export function filePath(file: string): string {
  if (file === '-') throw notAFile(file);
  return resolve(file);
}

/** A pipe, a device, `-`: what is written is read back, and what is read is read twice. */
function notAFile(path: string): CliError {
  return CliError.usage(
    ({ files }) => files.noFile(path),
    ({ files }) => files.nameAFile,
  );
}

/**
 * Writes an export to a file that only its owner can read, reads it back from the disk to its last byte, and gives it its
 * name only then.
 */
export async function writeExport(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  { passphrase, about, signal, onProgress }: Required<LongCall> & { passphrase: string; about: number },
): Promise<{ content: ExportContent; bytes: number }> {
  const temporary = temporaryBeside(path);
  try {
    const size = await write(temporary, bytes, {
      signal,
      onProgress: (done) => onProgress({ phase: 'writing', done, total: Math.max(about, done) }),
    });
    const content = await readBack(temporary, { passphrase, signal, onProgress });
    await rename(temporary, path);
    await sync(dirname(path));
    return { content, bytes: size };
  } catch (error) {
    throw isOurs(error) || signal.aborted ? error : failed(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes a text to a file that only its owner can read; the file has its name only once it is whole and on the disk. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeWhole(path, [Buffer.from(text)]);
}

/** The same with bytes as they come. What fails in their making passes as it is. */
export async function writeWhole(path: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await write(temporary, bytes);
    await rename(temporary, path);
    await sync(dirname(path));
  } catch (error) {
    throw isOurs(error) ? error : failed(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Reads an exported file and proves every byte of it. */
export async function readBack(
  path: string,
  { passphrase, signal, onProgress }: Required<LongCall> & { passphrase: string },
): Promise<ExportContent> {
  const { readExport } = await import('@leadmaster/vault');
  const { stream } = await openFile(path, 'checking', { signal, onProgress });
  return readExport(stream, { passphrase, signal }).catch((error: unknown) => {
    throw error instanceof LeadMasterError && error.code === 'store_damaged' ? damaged(path, error) : error;
  });
}

/** Refuses what cannot be read, before any question about it. */
export async function refuseMissing(path: string): Promise<void> {
  await sizeOf(path);
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw failed(path, error);
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw failed(path, error);
  });
  if (!found.isFile() && !found.isDirectory()) throw notAFile(path);
  return found.size;
}

/** A file's bytes from its beginning, counted as they go. */
export async function openFile(
  path: string,
  phase: string,
  { signal, onProgress }: Required<LongCall>,
): Promise<{ stream: AsyncIterable<Uint8Array>; bytes: number }> {
  const size = await sizeOf(path);
  const read = async function* (): AsyncGenerator<Uint8Array> {
    let done = 0;
    try {
      for await (const part of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
        done += (part as Buffer).length;
        onProgress({ phase, done, total: size });
        yield part as Buffer;
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : failed(path, error);
    }
  };
  return { stream: read(), bytes: size };
}

async function write(
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<number> {
  await using file = await open(path, 'wx', 0o600);
  let done = 0;
  for await (const part of bytes) {
    signal?.throwIfAborted();
    await file.writeFile(part);
    done += part.length;
    onProgress?.(done);
  }
  await file.sync();
  return done;
}

async function sync(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function isOurs(error: unknown): boolean {
  return error instanceof CliError || error instanceof LeadMasterError;
}

function failed(path: string, error: unknown): CliError {
  return new CliError(
    EXIT.failed,
    'file_failed',
    ({ files }) => files.failed(path, errorText(error)),
    ({ files }) => files.lookAtFolder,
  );
}

function damaged(path: string, { code, message }: LeadMasterError): CliError {
  return new CliError(EXIT.failed, code, `${path}: ${message}`, ({ files }) => files.copyAgain);
}

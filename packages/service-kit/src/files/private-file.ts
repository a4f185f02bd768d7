import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { cannotLink } from '@leadmaster/vault/no-link';
import { errorCode } from './error-code.ts';
import { syncPath } from './sync.ts';

/**
 * Makes a file that only its owner can read, durably, with its folder (0700). Of two that make it at once one wins;
 * false for the other, and when it was there already: a secret is never overwritten.
 */
export function makePrivateFile(file: string, text: string): boolean {
  const draft = draftOf(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = openSync(draft, 'wx', 0o600);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    giveName(draft, file);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncPath(dirname(file));
  return true;
}

/**
 * Puts a file that only its owner can read in the place of one that is there, or of none. What was there may be open to others, and
 * be held open by them, so that it is not written into. What is no file, such as `/dev/stdout`, is written to.
 */
export function replaceByPrivateFile(file: string, content: string | Uint8Array): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(file, content);
    return;
  }
  const draft = draftOf(file);
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function draftOf(file: string): string {
  return `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
}

/** A link fails where a rename would overwrite: of two first starts, both end up with the same secret. */
function giveName(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!cannotLink(error)) throw error;
    // Without links, what keeps two first starts apart is the lock of the data folder.
    if (existsSync(file)) throw Object.assign(new Error(`${file} is there`), { code: 'EEXIST' });
    renameSync(draft, file);
  }
}

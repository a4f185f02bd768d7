import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { syncFolder } from './files.ts';

/** What is remembered of a profile, in a file beside it. */
export interface Note {
  /**
   * - `unknown`: it came from elsewhere;
   * - `none`: no account was ever linked in it;
   * - `linked`: READY was seen in it, or a snapshot was put in its place;
   * - `ended`: WhatsApp knows its login no more. It goes to trash once no browser has it open.
   */
  login: 'unknown' | 'none' | 'linked' | 'ended';
  /** When a login ended for good: snapshots from before it are of no use. */
  unlinkedAt: string | null;
  /** The newest Chromium that has opened it. */
  chromium: string | null;
}

const NOTHING: Note = { login: 'unknown', unlinkedAt: null, chromium: null };

/** @throws LeadMasterError `profile_unreadable`: what cannot be read never means that there is nothing. */
export async function readNote(file: string): Promise<Note> {
  try {
    return { ...NOTHING, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Note>) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw new LeadMasterError(
      'profile_unreadable',
      `${file} cannot be read: ${errorText(error)}`,
      'Fix or remove that file; without it, the profile beside it counts as one that came from elsewhere.',
      { cause: error },
    );
  }
}

/** Durable when it resolves, and never half written. */
export async function writeNote(file: string, note: Note): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.tmp`;
  await writeFile(draft, `${JSON.stringify(note)}\n`, { mode: 0o600, flush: true });
  await rename(draft, file);
  await syncFolder(dirname(file));
}

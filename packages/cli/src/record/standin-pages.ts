import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recording, recording } from '@leadmaster/protocol';
import { z } from 'zod';

/** The pages of WhatsApp Web that the stand-in plays, by their time. */
export const PAGE_DATES = ['september', 'april'] as const;
export type PageDate = (typeof PAGE_DATES)[number];

/** A page as `record` sees it: while a QR waits, and linked, with a chat in it. */
const standinPage = z.strictObject({ waiting: recording, ready: recording });
const standinPages = z.strictObject({ september: standinPage, april: standinPage });
export type StandinPages = z.infer<typeof standinPages>;

/** Recorded from the stand-in itself by `npm run prove -- standin-recording --write`. */
export const STANDIN_FILE: string = join(import.meta.dirname, 'standin-pages.json');

/** What the stand-in plays. */
export async function readStandinPages(): Promise<StandinPages> {
  return standinPages.parse(JSON.parse(await readFile(STANDIN_FILE, 'utf8')));
}

/** Which of the two moments of a page a recording is to be held against. */
export function momentOf({ page }: Recording): 'waiting' | 'ready' {
  return page.socket === 'CONNECTED' ? 'ready' : 'waiting';
}

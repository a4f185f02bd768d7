import type { Page } from 'puppeteer-core';
import type { MainDocuments } from './documents.ts';
import { awaitModules, noteListeners } from './page/commands.ts';

/** The name under which the library puts its handler of the end of the sync into the page. */
const HANDLER = 'onAppStateHasSyncedEvent';

/** What the library's listeners for messages stand on (its `attachEventListeners`, and `getMessageModel` for each message). */
const LISTENED_TO: readonly string[] = [
  'WAWebCollections',
  'WAWebUserPrefsMeUser',
  'WALinkify',
  'WAWebSyncGatingUtils',
  'WAWebCallCollection',
  'WAWebAddonReactionTableMode',
  'WAWebAddonPollVoteTableMode',
];
const QUIET_MS = 3_000;
const MODULES_MS = 20_000;

/**
 * The library's handler of the end of the sync, which loads its helpers, attaches its listeners and says READY: one run of
 * it at a time per document, and only once the modules are there that it needs. Told twice it would hear every message twice.
 */
export function guardSyncHandler(page: Page, documents: MainDocuments): void {
  const expose = page.exposeFunction.bind(page);
  page.exposeFunction = (name, exposed) =>
    typeof exposed === 'function' && name === HANDLER
      ? expose(name, oncePerDocument(page, documents, exposed as () => Promise<unknown>))
      : expose(name, exposed);
}

function oncePerDocument(page: Page, documents: MainDocuments, handler: () => Promise<unknown>) {
  let running: { document: number; end: Promise<unknown> } | null = null;
  return () => {
    if (running?.document === documents.current) return running.end;
    const run = async () => {
      await page.evaluate(awaitModules, LISTENED_TO, QUIET_MS, MODULES_MS);
      return handler();
    };
    const mine = { document: documents.current, end: documents.bind(run) };
    running = mine;
    return mine.end.finally(() => {
      if (running === mine) running = null;
    });
  };
}

/**
 * Attaches the library's listeners. One module that is missing keeps most of them off: the session is READY anyway,
 * and its self-test says that it does not hear what comes in.
 */
export async function attachListeners(
  page: Page,
  documents: MainDocuments,
  attach: () => Promise<void>,
): Promise<void> {
  const document = documents.current;
  let word = 'attached';
  try {
    await attach();
  } catch (error) {
    // The next document has its own run of the handler.
    if (documents.isGone(document)) throw error;
    word = error instanceof Error ? error.message : String(error);
  }
  await page.evaluate(noteListeners, word.slice(0, 200));
}

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A page of WhatsApp's origin, as puppeteer has it. */
export interface EvaluatingPage {
  evaluate(script: string): Promise<unknown>;
}

const KEY = 'leadmaster.flush';
const RETRY_MS = 3_000;
/** LevelDB's own; others leave names such as `._000003.log` beside them. */
const LOG = /^[0-9]+\.log$/;

/**
 * Waits until everything the page has put into localStorage so far can be read back from the profile's files.
 *
 * Chromium hands a page's localStorage to LevelDB in batches, seconds later and in order; a marker written now travels
 * in the same batch as the login or in a later one. Once the marker's bytes are in the log, the login's are.
 * IndexedDB needs no such wait: its transactions are in the kernel's hands when they complete (facts, Chromium 1).
 * The caller fsyncs. Rejects when the signal aborts or the page is gone.
 */
export async function flushLocalStorage(page: EvaluatingPage, leveldbDir: string, signal: AbortSignal): Promise<void> {
  try {
    while (!(await markerArrives(page, leveldbDir, signal))) signal.throwIfAborted();
  } finally {
    // A page that is gone takes its marker with it at the next write; nothing depends on it.
    await page.evaluate(`localStorage.removeItem('${KEY}')`).catch(() => null);
  }
}

/** One marker, followed for a while: a compaction may move it into a compressed table, where it cannot be seen. */
async function markerArrives(page: EvaluatingPage, leveldbDir: string, signal: AbortSignal): Promise<boolean> {
  const marker = randomBytes(12).toString('hex');
  await page.evaluate(`localStorage.setItem('${KEY}', '${marker}')`);
  const giveUp = performance.now() + RETRY_MS;
  while (performance.now() < giveUp) {
    if (await logsContain(leveldbDir, marker)) return true;
    await sleep(100, undefined, { signal });
  }
  return false;
}

async function logsContain(dir: string, marker: string): Promise<boolean> {
  const names = (await readdir(dir)).filter((name) => LOG.test(name));
  for (const name of names) {
    const bytes = await readFile(join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      // A log that was rotated away between listing and reading; its successor is listed the next time.
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    // LevelDB's own framing may cut a value in two at a block's edge: then the next marker tells.
    if (bytes?.includes(marker, 0, 'latin1') || bytes?.includes(Buffer.from(marker, 'utf16le'))) return true;
  }
  return false;
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserEnvironment } from '../../config/browser-machine.ts';

const DEADLINE_MS = 5_000;
const LAST_LINES = 5;

/**
 * Why a browser does not start, in its own words: puppeteer hears only that the pipe was closed. Starts it again, with
 * the same flags on an empty folder of its own, and reads what it complains of ("No usable sandbox!", a missing library).
 * Empty when it starts after all, or says nothing.
 */
export async function lastWords(path: string, flags: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-why-'));
  const env = await browserEnvironment();
  const args = [...flags, '--headless', `--user-data-dir=${folder}`, '--dump-dom', 'about:blank'];
  try {
    const stderr = await new Promise<string>((resolve) => {
      const limits = { env, timeout: DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: 1_000_000 } as const;
      execFile(path, args, limits, (error, _stdout, complaints) => resolve(error === null ? '' : complaints));
    });
    return stderr.trim().split('\n').slice(-LAST_LINES).join('; ');
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

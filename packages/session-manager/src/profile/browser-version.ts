import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { type ProfileFs, unreadable } from './files.ts';
import type { ProfileRecord } from './profile-store.ts';

/** The first number of a Chromium version ("156.0.8078.79", "HeadlessChrome/156.0…"); null when there is none. */
function chromiumMajor(version: string): number | null {
  const major = /(?:^|\/)([0-9]+)\./.exec(version)?.[1];
  return major === undefined ? null : Number(major);
}

/**
 * The newest Chromium known to have opened a profile: by our record, and by the `Last Version` file that the full
 * Chromium writes (the headless shell does not). Null when neither says.
 */
export async function newestChromium(
  fs: ProfileFs,
  profileDir: string,
  record: ProfileRecord | null,
): Promise<string | null> {
  const path = join(profileDir, 'Last Version');
  let written: string | null = null;
  try {
    written = (await fs.readFile(path, 'latin1')).trim();
  } catch (error) {
    if (!isMissing(error)) throw unreadable(path, error);
  }
  const known = [record?.chromiumVersion ?? null, written].filter((v) => v !== null && chromiumMajor(v) !== null);
  return known.sort((a, b) => (chromiumMajor(b ?? '') ?? 0) - (chromiumMajor(a ?? '') ?? 0))[0] ?? null;
}

/** Whether a browser is of a newer major than the profile has seen: what it writes, no older one can read. */
export function isNewerBrowser(newest: string | null, browserVersion: string): boolean {
  const profile = newest === null ? null : chromiumMajor(newest);
  const browser = chromiumMajor(browserVersion);
  return profile !== null && browser !== null && browser > profile;
}

/**
 * Refuses a browser of an older major than the profile has seen: it would silently erase the IndexedDB (design,
 * invariant 9).
 *
 * @throws LeadMasterError `browser_too_old`, with both versions and what to do.
 */
export function refuseOlderBrowser(newest: string | null, browserVersion: string): void {
  const profile = newest === null ? null : chromiumMajor(newest);
  const browser = chromiumMajor(browserVersion);
  if (profile === null || browser === null || browser >= profile) return;
  throw new LeadMasterError(
    'browser_too_old',
    `The profile was written by Chromium ${newest}; this browser is ${browserVersion} and would erase its login`,
    `Install Chromium ${profile} or newer, or point CHROME_PATH at one.`,
  );
}

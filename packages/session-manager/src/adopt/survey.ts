import { join } from 'node:path';
import { classify, RECORD_FILE } from '@leadmaster/capture/classify';
import { type AdoptReport, type AdoptWarning, isSessionName, shellWord } from '@leadmaster/protocol';
import { newestChromium } from '../profile/browser-version.ts';
import { isExtracted } from '../profile/extracted.ts';
import { type Entry, type ProfileFs, textOrNull, walk } from '../profile/files.ts';
import { tornLogin } from '../profile/login-structure.ts';
import type { ProfileRecord } from '../profile/profile-store.ts';
import { parseRecord } from '../profile/record.ts';
import type { Layout } from './layout.ts';
import { refuse } from './refusal.ts';

/** File times come through `utimes` with a loss in their last digits. */
const SAME_MS = 2;

/** What a browser leaves in a profile that it has open. A start removes them. */
const OF_BROWSER = /^Singleton(Lock|Cookie|Socket)$/;

/** A profile from elsewhere, as it was found. */
export interface Survey {
  layout: Layout;
  /** Everything but links and the like; paths below the profile, parents first. */
  entries: Entry[];
  /** Whether there are links and the like in it, which are never taken: a link may lead to the login of another session. */
  hasLinks: boolean;
  /** The record of the LeadMaster where it was a session earlier; null when there is none, or it cannot be read. */
  record: ProfileRecord | null;
  /** A copy of a login whose origin is not confirmed to be retired, wherever the folder goes. */
  isCopy: boolean;
  /** Files of the login that end in an unfinished record. */
  unfinished: string[];
  report: AdoptReport;
}

/**
 * Looks at all of a profile without changing anything.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function survey(fs: ProfileFs, layout: Layout): Promise<Survey> {
  const { profileDir, kind } = layout;
  const warnings: AdoptWarning[] = [];
  const entries: Entry[] = [];
  let links = 0;
  for await (const entry of walk(fs, profileDir)) {
    if (entry.kind !== 'other') entries.push(entry);
    else if (!OF_BROWSER.test(entry.path)) links += 1;
  }
  if (links > 0) warnings.push({ kind: 'not_taken', detail: `Links and special files in it are not taken: ${links}.` });
  const record = await foreignRecord(fs, profileDir, warnings);
  const chromium = await newestChromium(fs, profileDir, record);
  if (chromium === null) {
    warnings.push({
      kind: 'chromium_unknown',
      detail:
        'Which Chromium wrote it is not known. If the browser here is older than that one, the login is lost: use one that is not older.',
    });
  }
  const unfinished = tornLogin(profileDir);
  if (unfinished.length > 0) warnings.push({ kind: 'ends_unfinished', detail: endsUnfinished(unfinished) });
  const files = entries.filter((entry) => entry.kind === 'file');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const report = {
    kind,
    path: profileDir,
    bytes,
    files: files.length,
    chromium,
    account: record?.account ?? null,
    warnings,
  };
  const hasLinks = links > 0;
  return { layout, entries, hasLinks, record, isCopy: await isCopy(fs, profileDir, record), unfinished, report };
}

function endsUnfinished(unfinished: readonly string[]): string {
  return (
    `It was copied while it was written, or its program was killed: ${unfinished.join(', ')} ends in an unfinished record, which is cut off. ` +
    'If WhatsApp then refuses the login, that may be the reason: adopt a copy that was taken with the program stopped.'
  );
}

async function isCopy(fs: ProfileFs, profileDir: string, record: ProfileRecord | null): Promise<boolean> {
  return record?.originRetired === false || (await isExtracted(fs, profileDir));
}

/** A record names its own session, which need not be ours; one that cannot be read is left behind. */
async function foreignRecord(
  fs: ProfileFs,
  profileDir: string,
  warnings: AdoptWarning[],
): Promise<ProfileRecord | null> {
  const path = join(profileDir, RECORD_FILE);
  const text = await textOrNull(fs, path);
  if (text === null) return null;
  try {
    const { session } = JSON.parse(text) as { session?: unknown };
    if (typeof session === 'string' && isSessionName(session)) return parseRecord(text, path, session);
  } catch {
    // Reported below, with what is wrong with it.
  }
  warnings.push({
    kind: 'record_unreadable',
    detail: 'Its LeadMaster record cannot be read and is left out: who is linked is known after the first READY.',
  });
  return null;
}

/** @throws LeadMasterError `adopt_refused` when part of it belongs to another user: it could not be kept, or not be kept private. */
export function refuseStrangers({ entries, layout }: Survey): void {
  const me = process.getuid?.();
  if (me === undefined || me === 0) return;
  const [first, ...more] = entries.filter(({ uid }) => uid !== me);
  if (first === undefined) return;
  throw refuse(
    `${more.length + 1} entries belong to another user than the service's (uid ${me}), first ${first.full} (uid ${first.uid})`,
    `Give it over, as root: chown -R ${me} ${shellWord(layout.profileDir)}`,
  );
}

/** Whether nothing was written between two looks at one folder. */
export function isUnchanged(before: readonly Entry[], after: readonly Entry[]): boolean {
  const say = ({ path, kind, size, mtimeMs, ino }: Entry): string =>
    kind === 'file' ? `${path}\0${size}\0${mtimeMs}\0${ino}` : path;
  const then = new Set(before.map(say));
  return before.length === after.length && after.every((entry) => then.has(say(entry)));
}

/** Whether two folders hold the login as it was at one moment: the same files, of the same size and time. */
export function isSameLogin(one: readonly Entry[], other: readonly Entry[]): boolean {
  const critical = (entries: readonly Entry[]): Map<string, Entry> =>
    new Map(
      entries
        .filter(({ path, kind }) => kind === 'file' && path !== RECORD_FILE && classify(path).class === 'critical')
        .map((entry) => [entry.path, entry]),
    );
  const [here, there] = [critical(one), critical(other)];
  return (
    here.size === there.size &&
    [...here].every(([path, entry]) => {
      const twin = there.get(path);
      return twin !== undefined && twin.size === entry.size && Math.abs(twin.mtimeMs - entry.mtimeMs) < SAME_MS;
    })
  );
}

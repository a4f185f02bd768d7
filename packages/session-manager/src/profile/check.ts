import { join } from 'node:path';
import { checkStructureAside } from '@leadmaster/capture';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { browsersOn } from '@leadmaster/capture/processes';
import { type CheckName, type CheckReport, errorText, localTime, shellWord } from '@leadmaster/protocol';
import { newestChromium } from './browser-version.ts';
import { lstatOrNull, type ProfileFs, walk } from './files.ts';
import { describeOwner, livingOwner, readOwner } from './locks.ts';
import { loginEvidence, type StoreState, storeState } from './login-presence.ts';
import { type DataPaths, refuseSymlinks } from './paths.ts';
import { modeIsRight } from './permissions.ts';
import type { LoginEvidence, ProfileRecord } from './profile-store.ts';
import { readRecordFile } from './record.ts';

interface Answer {
  ok: boolean;
  detail: string;
}

interface NamedCheck extends Answer {
  name: CheckName;
}

/**
 * Everything `leadmaster check` prints of one profile. Reads only, also while its browser runs; what cannot be read is
 * a check that failed, never an exception.
 */
export async function checkProfile(fs: ProfileFs, paths: DataPaths, session: string): Promise<CheckReport> {
  const dir = paths.session(session);
  const checks: CheckReport['checks'] = [];
  const run = async (name: CheckName, look: () => Promise<Answer>): Promise<void> => {
    const answer = await look().catch((error: unknown): Answer => ({ ok: false, detail: errorText(error) }));
    checks.push({ name, ...answer });
  };
  let record: ProfileRecord | null = null;

  await run('folder', () => folderAnswer(fs, paths, session));
  await run('record', async () => {
    record = await readRecordFile(fs, paths.record(session), session);
    if (record === null) return { ok: false, detail: 'none: the profile is unclaimed' };
    return { ok: true, detail: `generation ${record.generation}, ${record.origin} ${localTime(record.createdAt)}` };
  });
  // Where that is unknown, a login may have been lost.
  const evidence = loginEvidence(fs, dir, record);
  const linked = await evidence.then(isLinked, () => true);
  for (const [name, store] of [
    ['indexed_db', LOGIN_STORES.indexedDb],
    ['local_storage', LOGIN_STORES.localStorage],
  ] as const) {
    await run(name, async () => storeAnswer(await storeState(fs, join(dir, store)), linked));
  }
  await run('login', async () => {
    const { presence, detail } = await evidence;
    return { ok: presence === 'present', detail: `${linked ? presence : 'not linked'}: ${detail}` };
  });
  await run('owner', () => checkOwner(fs, dir));
  await run('permissions', () => checkPermissions(fs, dir));
  await run('chromium', async () => {
    const newest = await newestChromium(fs, dir, record);
    return { ok: true, detail: newest === null ? 'not known yet' : `last written by Chromium ${newest}` };
  });
  await run('lock', async () => lockAnswer(paths, session));
  checks.push(...(await checkDatabases(fs, paths, session)));
  return { valid: checks.every((check) => check.ok), linked, checks };
}

async function folderAnswer(fs: ProfileFs, paths: DataPaths, session: string): Promise<Answer> {
  refuseSymlinks(paths, session);
  const dir = paths.session(session);
  const stat = await lstatOrNull(fs, dir);
  if (stat === null) return { ok: false, detail: `${dir} does not exist` };
  return { ok: stat.isDirectory(), detail: stat.isDirectory() ? dir : `${dir} is not a folder` };
}

/** Who uses the profile. A lock never makes it invalid: the service itself holds one while the session runs. */
function lockAnswer(paths: DataPaths, session: string): Answer {
  const lock = paths.sessionLock(session);
  const owner = readOwner(lock);
  if (owner === null) return { ok: true, detail: 'free: no process uses the profile' };
  if (livingOwner(lock) === null) {
    return { ok: true, detail: `free: the process that used it ended without releasing it (${describeOwner(owner)})` };
  }
  const isService = livingOwner(paths.dataLock)?.pid === owner.pid;
  const holder = isService ? 'the service uses the profile, as it should' : 'another process uses the profile';
  return { ok: true, detail: `${holder} (${describeOwner(owner)})` };
}

/** How long the databases of a large profile on a slow disk may take. */
const DATABASES_MS = 120_000;

/** Each database from the inside, where none is being written to. */
async function checkDatabases(fs: ProfileFs, paths: DataPaths, session: string): Promise<CheckReport['checks']> {
  const [dir, lock] = [paths.session(session), paths.sessionLock(session)];
  const skipped: NamedCheck = { name: 'databases', ok: true, detail: 'not looked into: the profile is in use' };
  if (isInUse(dir, lock)) return [skipped];
  try {
    // Where what a kill leaves is swept, if it is there.
    const swept = (await lstatOrNull(fs, paths.staging)) === null ? {} : { tempDir: paths.staging };
    const { checks } = await checkStructureAside(dir, swept, AbortSignal.timeout(DATABASES_MS));
    // What a browser that has started meanwhile was writing looks like damage.
    return isInUse(dir, lock) ? [skipped] : checks;
  } catch (error) {
    return [{ name: 'databases', ok: false, detail: errorText(error) } satisfies NamedCheck];
  }
}

function isInUse(dir: string, lock: string): boolean {
  return livingOwner(lock) !== null || browsersOn(dir).length > 0;
}

/** A store may be missing where no login was ever saved; broken it is damage anyway. */
function storeAnswer(store: StoreState, linked: boolean): Answer {
  const ok = store.state === 'whole' || (store.state === 'missing' && !linked);
  return { ok, detail: store.state === 'broken' ? store.detail : store.state };
}

function isLinked({ presence }: LoginEvidence): boolean {
  return presence === 'present' || presence === 'damaged';
}

/** All of it belongs to one user: the one who asks, or, asked by root, the one who owns the folder. */
async function checkOwner(fs: ProfileFs, dir: string): Promise<Answer> {
  const me = process.getuid?.();
  let expected = me;
  let strangers = 0;
  let first = '';
  for await (const entry of walk(fs, dir)) {
    if (entry.path === '' && me === 0) expected = entry.uid;
    if (expected === undefined || entry.uid === expected) continue;
    strangers += 1;
    first ||= `${entry.full} (uid ${entry.uid})`;
  }
  if (strangers === 0)
    return { ok: true, detail: expected === undefined ? 'not known here' : `all of uid ${expected}` };
  return {
    ok: false,
    detail: `${strangers} entries belong to others, first ${first}; chown -R ${expected} ${shellWord(dir)}`,
  };
}

async function checkPermissions(fs: ProfileFs, dir: string): Promise<Answer> {
  let open = 0;
  let first = '';
  for await (const entry of walk(fs, dir)) {
    // A folder of 0700 keeps everybody out of what is inside, so only the outermost decides; the rest is repaired at start.
    if (modeIsRight(entry)) continue;
    open += 1;
    first ||= `${entry.full} (${entry.mode.toString(8)})`;
    if (entry.path === '') {
      return {
        ok: false,
        detail: `${first} is open to others; it is repaired at the next start, or: chmod 700 ${shellWord(dir)}`,
      };
    }
  }
  return {
    ok: true,
    detail:
      open === 0 ? '0700 and 0600' : `0700; ${open} inside are wider and repaired at the next start, first ${first}`,
  };
}

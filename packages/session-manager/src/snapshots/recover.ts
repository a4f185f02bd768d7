import {
  type ErrorCode,
  errorText,
  isToRecover,
  LeadMasterError,
  localTime,
  type Recoverable,
  type Recovered,
  type RecoverSessions,
  type Snapshot,
  sentence,
} from '@leadmaster/protocol';
import {
  damagedBehind,
  isOfAnObject,
  problemOf,
  type SnapshotInfo,
  type Vault,
  type VaultProblem,
} from '@leadmaster/vault';
import type { TrashEntry } from '../profile/profile-store.ts';
import type { SnapshotDeps } from './deps.ts';
import { besides, endBy, livingOn } from './living-on.ts';
import { otherAccountsIn } from './other-account.ts';
import { restoreSession } from './restore.ts';
import { describeKnown, extraOf } from './snapshot-facts.ts';
import type { LongCall } from './snapshot-service.ts';

/**
 * Every session that the vault holds, with its last snapshot and whether it is on this machine. One of which nothing can be
 * read is among them, and hides none of the others.
 *
 * @param named sessions by name: the vault does not know the name of one whose key cannot be read.
 */
export async function listRecoverable(
  deps: SnapshotDeps,
  { signal }: LongCall,
  named: readonly string[] = [],
): Promise<Recoverable[]> {
  const call = signal === undefined ? {} : { signal };
  const vault = await deps.vault.open();
  const here = await profilesHere(deps);
  const trash = await deps.profiles.listTrash();
  const { names, unreadable } = await vault.survey([...here, ...named], call);
  const found = unreadable.map(({ name, owner, error }) => damagedOne(name ?? owner, here, problemOf(error)));
  for (const session of names) {
    const one = await lookAt(deps, vault, session, { here, trash }, call);
    if (one !== null) found.push(one);
  }
  return found.sort((a, b) => (a.session < b.session ? -1 : 1));
}

/** Null for a session without any snapshot: an import that was broken off has made it a key, and nothing else. */
async function lookAt(
  deps: SnapshotDeps,
  vault: Vault,
  session: string,
  { here, trash }: { here: ReadonlySet<string>; trash: readonly TrashEntry[] },
  call: { signal?: AbortSignal },
): Promise<Recoverable | null> {
  try {
    const { snapshots, problems } = await vault.list(session, call);
    if (snapshots.length === 0 && problems.length === 0) return null;
    const last = livingOn(snapshots).at(-1) ?? snapshots.at(-1) ?? null;
    const told = last === null ? null : describeKnown(deps, session, last);
    return {
      session,
      snapshots: snapshots.length,
      last: told,
      isHere: here.has(session),
      gone: told === null ? null : howGone(deps, told, snapshots, trash),
      damaged: false,
      problems,
    };
  } catch (error) {
    if (!isOfAnObject(error)) throw error;
    return damagedOne(session, here, problemOf(error));
  }
}

/**
 * By the newest snapshot, which every machine can read; and by what this one knows of its own login, where that snapshot
 * could not be taken. Not by times: a clock may have been wrong.
 */
function howGone(
  { store, vault }: SnapshotDeps,
  last: Snapshot,
  history: readonly SnapshotInfo[],
  trash: readonly TrashEntry[],
): Recoverable['gone'] {
  const end = endBy(last.reason);
  if (end !== null) return end;
  if (besides(history, vault.installation()).some(({ id }) => id === last.id)) return null;
  const isNewest = (generation: number | null): boolean => generation !== null && generation >= last.generation;
  if (isNewest(store.tombstones.generation(last.session))) return 'moved';
  const newest = trash.find(({ session }) => session === last.session);
  return newest?.reason === 'deleted' && isNewest(newest.generation) ? 'deleted' : null;
}

function damagedOne(session: string, here: ReadonlySet<string>, problem: VaultProblem): Recoverable {
  return {
    session,
    snapshots: 0,
    last: null,
    isHere: here.has(session),
    gone: null,
    damaged: true,
    problems: [problem],
  };
}

/**
 * Brings sessions back on a machine that has nothing but the vault and its key: each from its newest snapshot that can
 * be read. Refused until the operator confirms that the machine they come from will not run them again (design, invariant 10).
 *
 * @throws LeadMasterError `origin_not_retired`, `session_not_found` for a name that the vault does not hold.
 */
export async function recoverSessions(
  deps: SnapshotDeps,
  wanted: RecoverSessions,
  options: LongCall,
): Promise<Recovered> {
  const known = await listRecoverable(deps, options, wanted.sessions);
  const chosen = wanted.sessions?.map((session) => oneOf(known, session)) ?? known.filter(isToRecover);
  if (!wanted.originRetired) throw notRetired(chosen.map(({ session }) => session));
  const items: Recovered['items'] = [];
  for (const [done, one] of chosen.entries()) {
    options.signal?.throwIfAborted();
    const call = under(`${one.session} (${done + 1} of ${chosen.length})`, options);
    items.push(one.damaged ? notReadable(one) : await recoverOne(deps, one.session, wanted, call));
  }
  return { items };
}

function oneOf(known: readonly Recoverable[], session: string): Recoverable {
  const found = known.find((one) => one.session === session);
  if (found === undefined) throw notInVault(session);
  return found;
}

function notReadable({ session, problems }: Recoverable): Recovered['items'][number] {
  const why = problems.map(({ detail }) => detail).join(' ');
  const detail = `nothing of it can be read: ${why} Bring the object back from a copy of the vault`;
  return notBack(session, 'snapshot_damaged', detail);
}

function notBack(session: string, code: ErrorCode, detail: string): Recovered['items'][number] {
  return { session, ok: false, snapshot: null, detail, code };
}

async function recoverOne(
  deps: SnapshotDeps,
  session: string,
  { start, otherAccount }: Pick<RecoverSessions, 'start' | 'otherAccount'>,
  options: LongCall,
): Promise<Recovered['items'][number]> {
  if ((await profilesHere(deps)).has(session)) {
    const detail = `there is a profile of that name here; "./leadmaster snapshot restore ${session}" goes back to a snapshot`;
    return notBack(session, 'session_exists', detail);
  }
  const vault = await deps.vault.open();
  const { snapshots, problems } = await vault.list(session);
  let code: ErrorCode = 'snapshot_not_found';
  let detail = 'the vault has no snapshot of it that can be read';
  for (const info of bestFirst(snapshots)) {
    try {
      await restoreSession(deps, session, info, {
        ...options,
        ...{ start, otherAccount, overwriteNewer: false, restart: false, originRetired: true },
      });
      return {
        session,
        ok: true,
        snapshot: info.id,
        detail: `as it was ${localTime(info.at)}${otherAccountsIn(snapshots, info)}${damageTold(info, problems)}`,
      };
    } catch (error) {
      options.signal?.throwIfAborted();
      deps.log.error({ session, id: info.id, err: error }, 'a session could not be recovered from this snapshot');
      code = error instanceof LeadMasterError ? error.code : 'internal';
      detail = error instanceof LeadMasterError ? `${sentence(error.message)} ${error.hint}` : errorText(error);
      // An older snapshot helps against damage, and against nothing else.
      if (!(error instanceof LeadMasterError) || error.code !== 'snapshot_damaged') break;
    }
  }
  return notBack(session, code, detail);
}

function damageTold(info: SnapshotInfo, problems: readonly VaultProblem[]): string {
  const newer = damagedBehind(info, problems);
  return newer.length === 0 ? '' : `; a newer record cannot be read (${newer.map(({ object }) => object).join(', ')})`;
}

/**
 * The newest first; last of all those that were replaced by a restore, which an operator did not want to keep. A login that was given
 * up comes back only where no other has continued.
 */
function bestFirst(oldestFirst: readonly SnapshotInfo[]): SnapshotInfo[] {
  const living = livingOn(oldestFirst);
  const newestFirst = (living.length === 0 ? oldestFirst : living).toReversed();
  const isReplaced = (info: SnapshotInfo): boolean => extraOf(info).reason === 'before_restore';
  return [...newestFirst.filter((info) => !isReplaced(info)), ...newestFirst.filter(isReplaced)];
}

/** Says with every step whose it is. */
function under(session: string, { signal, onProgress }: LongCall): LongCall {
  return {
    ...(signal === undefined ? {} : { signal }),
    onProgress: (progress) => onProgress?.({ ...progress, phase: `${session}: ${progress.phase}` }),
  };
}

/** A session whose profile never came, because recovering was interrupted, is not here yet. */
async function profilesHere({ profiles }: SnapshotDeps): Promise<Set<string>> {
  return new Set((await profiles.list()).map(({ name }) => name));
}

/** The vault has nothing of a session, and this machine does not know it either. */
export function notInVault(session: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `The vault holds no session ${session}`,
    '"./leadmaster recover" lists those it holds.',
  );
}

function notRetired(sessions: readonly string[]): LeadMasterError {
  return new LeadMasterError(
    'origin_not_retired',
    `Confirm that the machine which ran ${sessions.join(', ') || 'these sessions'} will never run them again`,
    'A login that runs in two places is taken from both. Make sure that the old machine never starts again, then confirm it: originRetired, --origin-retired.',
  );
}

import {
  type CarriedBounds,
  carried,
  isSendingOff,
  LeadMasterError,
  type Session,
  type Snapshot,
  tightened,
  UNBOUND,
} from '@leadmaster/protocol';
import { checkPassphrase, type SnapshotInfo } from '@leadmaster/vault';
import { realFs } from '../profile/files.ts';
import { requireRoom } from '../profile/room.ts';
import type { SnapshotDeps } from './deps.ts';
import { refuseUsedSince } from './newer.ts';
import { restoreSession } from './restore.ts';
import { refuseMoved } from './restore-refusals.ts';
import { isRunning } from './running.ts';
import { describeKnown, extraOf, kindOf } from './snapshot-facts.ts';
import type { ImportWanted, LongCall } from './snapshot-service.ts';
import { refuseWrongAccount } from './wrong-account.ts';

/** What to do about a file of a session that was given up here. */
const COMING_BACK =
  'Import it where it continues: two machines with one login would take it from each other. Where it no longer runs anywhere, import it here with --origin-retired (over HTTP: ?originRetired=true).';

/**
 * A snapshot as a file that a passphrase opens. Resolves once its first bytes are there, so that errors of the
 * vault are reported before any of it is sent. An import refuses a stream that broke off.
 */
export async function exportSnapshot(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  { passphrase, signal }: LongCall & { passphrase: string },
): Promise<{ snapshot: Snapshot; bytes: AsyncIterable<Buffer> }> {
  checkPassphrase(passphrase);
  const vault = await deps.vault.open();
  const call = signal === undefined ? {} : { signal };
  const stream = vault.exportTo(session, info.id, { passphrase, extra: boundsNow(deps, session, info), ...call });
  const first = await stream.next();
  deps.log.info({ session, id: info.id }, 'snapshot is being exported');
  return {
    snapshot: describeKnown(deps, session, info),
    bytes: withFirst(first, stream),
  };
}

/** A file bounds what comes out of it as the session is bound now: sending may have been switched off since its snapshot. */
function boundsNow({ access, store }: SnapshotDeps, session: string, info: SnapshotInfo): CarriedBounds {
  if (!access.has(session)) return {};
  const own = store.bounds.of(session);
  return carried({ ...own, ...tightened(own, extraOf(info)) });
}

async function* withFirst(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/**
 * Takes an exported file into a session's history and puts it in place. A failure, of the file too, leaves neither a
 * snapshot nor a session behind.
 *
 * @throws LeadMasterError `session_exists`, `session_running`, `newer_login`, `session_moved`, `passphrase_wrong`, `store_damaged` ...
 */
export async function importSession(
  deps: SnapshotDeps,
  session: string,
  stream: AsyncIterable<Uint8Array>,
  wanted: ImportWanted,
): Promise<Session> {
  const { passphrase, signal, onProgress } = wanted;
  checkPassphrase(passphrase);
  await refuseHere(deps, session, wanted);
  await requireRoom(realFs, deps.paths.staging, {
    bytes: (wanted.sizeBytes ?? 0) + deps.config.diskMinFreeBytes,
    what: 'the file takes, with DISK_MIN_FREE_MB left over,',
    hint: 'Free some space, then try again. Nothing was changed.',
  });
  const vault = await deps.vault.open();
  const call = signal === undefined ? {} : { signal };
  const info = await vault.importFrom(session, stream, {
    ...call,
    passphrase,
    onProgress: ({ newBytes }) => onProgress?.({ phase: 'receiving', done: newBytes, total: wanted.sizeBytes ?? null }),
  });
  try {
    // Meanwhile another call may have created one of that name.
    await refuseHere(deps, session, wanted);
    if (!wanted.originRetired) refuseMoved(deps, session, info, COMING_BACK);
    const { originRetired, overwriteNewer, otherAccount } = wanted;
    const options = {
      start: false,
      restart: false,
      overwriteNewer,
      otherAccount,
      originRetired,
      returning: originRetired,
    };
    await restoreSession(deps, session, info, { ...options, ...callOf(wanted) });
  } catch (error) {
    await vault.forget(session, { ids: [info.id] }).catch((left: unknown) => {
      deps.log.warn({ session, id: info.id, err: left }, 'an import that failed is still in the history');
    });
    throw error;
  }
  const { id, at, bytes, newBytes, storedBytes } = info;
  const { imported } = extraOf(info);
  const from = imported === undefined ? {} : { imported };
  const data = { kind: kindOf(info), bytes, newBytes, storedBytes, reason: 'imported', ...from };
  deps.store.snapshots.created(session, { id, at, data });
  deps.log.info({ session, ...data }, 'session imported');
  return wanted.start ? deps.access.start(session) : deps.access.get(session);
}

/**
 * Gives a session up here, because its login continues from a snapshot elsewhere. Refused when it was used after that snapshot:
 * there the login would go back in time.
 *
 * @throws LeadMasterError `wrong_account`, `session_running`, `session_moved`, `newer_login`.
 */
export async function retireSession(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<Session> {
  refuseWrongAccount(deps.store, session, await deps.profiles.readRecord(session));
  const here = await deps.access.get(session);
  if (isRunning(here)) {
    throw new LeadMasterError(
      'session_running',
      `${session} is ${here.state}; it would continue behind the snapshot that goes elsewhere`,
      `Stop it, take a snapshot of it stopped, and retire it with that one: "./leadmaster export ${session} FILE --retire" does all of it.`,
    );
  }
  await deps.access.moveAway(session, 'retired', async () => {
    refuseLooser(deps, session, info);
    await refuseUsedSince(deps, session, info);
  });
  deps.log.info({ session, id: info.id }, 'session given up here');
  return deps.access.get(session);
}

/** What a session is bound by must be in the snapshot from which it continues elsewhere. */
function refuseLooser({ store }: SnapshotDeps, session: string, info: SnapshotInfo): void {
  const own = store.bounds.of(session);
  const there = { ...UNBOUND, ...tightened(UNBOUND, extraOf(info)) };
  const isKept = !isSendingOff(own) || isSendingOff(there);
  if (isKept && (own.expectedPhone === null || own.expectedPhone === there.expectedPhone)) return;
  throw new LeadMasterError(
    'newer_login',
    `Since snapshot ${info.id}, sending was switched off for ${session}, or its expected number was changed: from that snapshot it would continue without it`,
    `Nothing was changed. Take another snapshot: "./leadmaster export ${session} FILE --retire" does all of it.`,
  );
}

/** A login that is here is replaced only with a confirmation; one that was given away, or never came, does not count. */
async function refuseHere(deps: SnapshotDeps, session: string, { replace }: ImportWanted): Promise<void> {
  const isThere = (await deps.profiles.list()).some(({ name }) => name === session);
  if (!isThere || (replace && deps.access.has(session))) return;
  const { state } = await deps.access.get(session);
  throw new LeadMasterError(
    'session_exists',
    `There is a session ${session} here already (${state})`,
    'Import it under another name (--name); or, to put it in the place of this one, confirm it (replace, --replace): the one in place goes to trash.',
  );
}

function callOf({ signal, onProgress }: LongCall): LongCall {
  return { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
}

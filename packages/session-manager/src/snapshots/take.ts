import { hostname } from 'node:os';
import type { Capture, CapturedEntry } from '@leadmaster/capture';
import {
  type Census,
  isHeldBack,
  LeadMasterError,
  type Snapshot,
  type SnapshotKind,
  type SnapshotReason,
} from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { HeldProfile } from '../access/session-access.ts';
import { FINDINGS_FILE } from '../profile/extracted.ts';
import { realFs } from '../profile/files.ts';
import { loginMissing } from '../profile/login-missing.ts';
import type { ProfileRecord } from '../profile/profile-store.ts';
import { boundsIn } from '../profile/record-bounds.ts';
import { requireRoom, snapshotRoom } from '../profile/room.ts';
import { movedTo, sessionMoved } from '../state/moved-session.ts';
import type { CopyDeps, SnapshotDeps } from './deps.ts';
import { isErased } from './known-good.ts';
import { describeSnapshot, type Findings, findingsText, type SnapshotExtra } from './snapshot-facts.ts';
import type { LongCall } from './snapshot-service.ts';
import { stagingPath } from './staging.ts';
import { refuseUnjudged, refuseWrongAccount } from './wrong-account.ts';

/** A page that does not count its rows in this time has other things to do; the snapshot is taken without. */
const CENSUS_MS = 10_000;
/** A database that is not whole in one copy may be in the next; one that is not in two is not whole on disk. */
const CAPTURES = 2;

export interface TakeOptions extends LongCall {
  kind: SnapshotKind;
  reason: SnapshotReason;
  /** The link that the profile holds, where that is no longer the session's present one. */
  link?: number | null;
}

/** A profile as it was at one moment, in links and memory, not yet in the vault. It stays when the profile changes. */
export interface Taken extends AsyncDisposable {
  capture: Capture;
  findings: Findings['census'];
  extra: SnapshotExtra;
}

/**
 * Copies the profile of a session at one moment, the browser running or not.
 *
 * @throws LeadMasterError `nothing_to_snapshot` without a login, `wrong_account`, `login_damaged`, `capture_failed`, `wrong_state`, ...
 */
export async function captureSession(deps: SnapshotDeps, session: string, options: TakeOptions): Promise<Taken> {
  const began = performance.now();
  const before = await census(deps, session, options.signal);
  const { capture, record, link } = await deps.access.hold(session, (held) =>
    captureHeld(deps, session, held, options),
  );
  try {
    const after = before === null ? null : await census(deps, session, options.signal);
    return taken(
      capture,
      record,
      { before, after },
      {
        ...{ reason: options.reason, captureMs: performance.now() - began, link },
        installation: deps.vault.installation(),
      },
    );
  } catch (error) {
    await capture[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same for a caller who holds the profile's lock and has proven that no browser is on it. */
export async function captureStopped(
  deps: CopyDeps,
  session: string,
  profileDir: string,
  options: TakeOptions,
): Promise<Taken> {
  const began = performance.now();
  const held = await captureHeld(deps, session, { profileDir, browser: null }, options);
  return takenStill(deps, held, options, began);
}

/** The same of a profile that was set aside: no session uses it, and it was proven whole before. */
export async function captureAside(
  deps: CopyDeps,
  session: string,
  { profileDir, record }: { profileDir: string; record: ProfileRecord },
  options: TakeOptions,
): Promise<Taken> {
  const began = performance.now();
  const capture = await captureWhole(deps, session, { profileDir, browser: null }, options);
  return takenStill(deps, { capture, record, link: linkIn(deps, session, options) }, options, began);
}

/** With no page running there is nothing to count. */
function takenStill(
  { vault }: CopyDeps,
  { capture, record, link }: Captured,
  { reason }: TakeOptions,
  began: number,
): Taken {
  const facts = { reason, captureMs: performance.now() - began, link, installation: vault.installation() };
  return taken(capture, record, { before: null, after: null }, facts);
}

/** Puts what was taken into the vault: durable when it resolves. Ends the copy in any case. */
export async function saveTaken(
  deps: CopyDeps,
  session: string,
  taken: Taken,
  { kind, signal, onProgress }: TakeOptions,
): Promise<Snapshot> {
  await using held = taken;
  const vault = await deps.vault.open();
  const { extra } = held;
  const source = sourceOf(held);
  const total = source.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  const info = await vault.save(session, source, {
    kind,
    extra: { ...extra },
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ bytes }) => onProgress?.({ phase: 'saving', done: bytes, total }),
  });
  const snapshot = describeSnapshot(session, info, null, deps.vault.installation());
  const { bytes, newBytes, storedBytes, pauseMs, method, durationMs, reason } = snapshot;
  const data = { kind, reason, bytes, newBytes, storedBytes, pauseMs, method, durationMs };
  deps.store.snapshots.created(session, { id: info.id, at: info.at, link: extra.link ?? null, data });
  deps.log.info({ session, id: info.id, ...data }, 'snapshot taken');
  return snapshot;
}

interface Captured {
  capture: Capture;
  record: ProfileRecord | null;
  link: number | null;
}

/** The link whose profile is copied. */
function linkIn({ store }: CopyDeps, session: string, { link }: TakeOptions): number | null {
  return link === undefined ? (store.sessions.get(session)?.link ?? null) : link;
}

async function captureHeld(
  deps: CopyDeps,
  session: string,
  held: HeldProfile,
  options: TakeOptions,
): Promise<Captured> {
  options.onProgress?.({ phase: 'copying', done: 0, total: null });
  const record = await requireLogin(deps, session);
  const link = linkIn(deps, session, options);
  return { capture: await captureWhole(deps, session, held, options), record, link };
}

async function captureWhole(
  deps: CopyDeps,
  session: string,
  held: HeldProfile,
  { kind, signal }: TakeOptions,
): Promise<Capture> {
  await requireRoom(realFs, deps.paths.staging, {
    bytes: snapshotRoom(deps.config.diskMinFreeBytes),
    what: 'no snapshot is taken with less than twice DISK_MIN_FREE_MB =',
    hint: 'Free some space; the next one is taken as usual. Earlier snapshots are untouched.',
  });
  for (let tries = 1; ; tries += 1) {
    const capture = await deps.capture({
      ...held,
      kind,
      stagingDir: stagingPath(deps.paths, 'capture', session),
      ...(signal === undefined ? {} : { signal }),
    });
    if (capture.structure.ok) return capture;
    await capture[Symbol.asyncDispose]();
    const broken = capture.structure.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    deps.log.warn({ session, broken, tries }, 'a copy of the profile is not whole');
    if (tries >= CAPTURES) throw notWhole(session, broken);
  }
}

/** What may be a second copy of a login, or an older state of it, is not put behind the snapshots of the right one. */
function refuseHeld({ store }: CopyDeps, session: string): void {
  const row = store.sessions.get(session);
  if (row === null || !isHeldBack(row)) return;
  throw new LeadMasterError(
    row.reason,
    `${session} needs a person (${row.reason}), and no snapshot is taken of it meanwhile`,
    `"./leadmaster sessions" says what to do about it.`,
  );
}

function erasedLogin(session: string): LeadMasterError {
  return new LeadMasterError(
    'nothing_to_snapshot',
    `The page of WhatsApp Web has erased the login of ${session}`,
    `Bring the last good one back: "./leadmaster snapshot list ${session}" shows those from before.`,
  );
}

/** A snapshot of what is no login, or of half of one, would only push good ones out of the history. */
async function requireLogin(deps: CopyDeps, session: string): Promise<ProfileRecord | null> {
  const record = await deps.profiles.readRecord(session);
  if (isErased(deps, session)) throw erasedLogin(session);
  refuseHeld(deps, session);
  refuseWrongAccount(deps.store, session, record);
  const { presence, detail } = await deps.profiles.loginEvidence(session);
  if (presence === 'present') {
    refuseUnjudged(session, deps.store.sessions.get(session)?.state ?? 'UNCLAIMED');
    return record;
  }
  if (presence === 'damaged') {
    throw new LeadMasterError(
      'login_damaged',
      `The saved login of ${session} is incomplete, and is not saved over good snapshots: ${detail}`,
      `Look with "./leadmaster check ${session}"; "./leadmaster snapshot restore ${session} latest" brings the last good one back.`,
    );
  }
  const row = deps.store.sessions.get(session);
  if (row?.state === 'MOVED') throw sessionMoved(session, movedTo(deps.store, session));
  // The database knows better than an empty place: its folder was deleted, or its disk is gone.
  if (record === null && row?.caughtUpTo != null) throw loginMissing(session, deps.profiles.locate(session));
  throw new LeadMasterError(
    'nothing_to_snapshot',
    `${session} has no login yet: ${detail}`,
    `Link it first: "./leadmaster qr ${session}".`,
  );
}

function taken(
  capture: Capture,
  record: ProfileRecord | null,
  counted: Findings['census'],
  facts: { reason: SnapshotReason; captureMs: number; link: number | null; installation: string },
): Taken {
  return {
    capture,
    findings: counted,
    extra: {
      frozenAt: capture.frozenAt.toISOString(),
      reason: facts.reason,
      method: capture.method,
      pauseMs: Math.round(capture.pauseMs * 10) / 10,
      captureMs: Math.round(facts.captureMs),
      chromium: record?.chromiumVersion ?? null,
      generation: record?.generation ?? 1,
      account: record?.account ?? null,
      writer: { id: facts.installation, host: hostname() },
      link: facts.link,
      ...(record === null ? {} : boundsIn(record)),
      ...(capture.sequences === null ? {} : { sequences: capture.sequences }),
    },
    [Symbol.asyncDispose]: () => capture[Symbol.asyncDispose](),
  };
}

/** The profile's entries, and what was found out about them as one file more. */
function sourceOf({ capture, findings }: Taken): CapturedEntry[] {
  const content = findingsText(capture.structure, findings);
  const file: CapturedEntry = {
    path: FINDINGS_FILE,
    kind: 'file',
    mode: 0o600,
    mtimeMs: capture.frozenAt.getTime(),
    size: content.length,
    identity: null,
    open: () => content,
  };
  return [...capture.entries.filter(({ path }) => path !== FINDINGS_FILE), file];
}

async function census(deps: SnapshotDeps, session: string, signal?: AbortSignal): Promise<Census | null> {
  return deps.access.census(session, deadline(CENSUS_MS, signal));
}

function notWhole(session: string, broken: readonly string[]): LeadMasterError {
  return new LeadMasterError(
    'capture_failed',
    `The copy of ${session} is not whole: ${broken.join('; ')}`,
    'Nothing was saved, and earlier snapshots are untouched. Look at the disk; a restart of the session makes Chromium repair its own files.',
    { extra: { broken } },
  );
}

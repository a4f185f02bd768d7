import { loginSequences } from '@leadmaster/capture';
import { type Account, errorText, LeadMasterError } from '@leadmaster/protocol';
import { withSignal } from '@leadmaster/service-kit/wait';
import type { SnapshotInfo, Vault } from '@leadmaster/vault';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { reaches } from '../profile/which-older.ts';
import { parsedFact } from '../state/facts.ts';
import type { SessionRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { areDifferent, isOfOtherLink } from './other-account.ts';
import { settleGuess } from './own-link.ts';
import { extraOf, kindOf, type SnapshotExtra } from './snapshot-facts.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** A login in the vault that is newer than the one in place. */
export const newerSchema = z.object({
  vault: z.string(),
  snapshot: z.string(),
  sequence: z.number().int(),
  /** When the login in the vault stood as it is there, and what took it. */
  takenAt: z.string(),
  takenOn: z.string().nullable(),
  /** When the login in place was last written; null where that cannot be read. */
  usedAt: z.string().nullable(),
});
export type NewerInVault = z.infer<typeof newerSchema>;

export interface VaultLookDeps {
  vault: Pick<VaultKeeper, 'peek' | 'installation'>;
  profiles: Pick<ProfileStore, 'readRecord' | 'loginPresence' | 'locate' | 'lastWritten'>;
  store: Pick<StateStore, 'sessions' | 'snapshots' | 'vault' | 'facts'>;
  /** How long the starts wait for a vault that does not answer. */
  withinMs: number;
  log: Logger;
}

/** Where it is remembered whether the vault could be looked at before sessions were started. */
export const LOOK_FACT = 'vault looked at';
const lookSchema = z.object({ at: z.string(), problem: z.string().nullable() });

/**
 * Which of these sessions have a login in the vault that is newer than the one in place: the data folder is an older copy of
 * itself, or of `others` alone, whose profiles are not the ones that ran here last. A vault that cannot be read in time, or a session that cannot, says nothing: that is noted, for the doctor.
 */
export async function newerInVault(
  deps: VaultLookDeps,
  names: readonly string[],
  others: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, NewerInVault>> {
  const newer = new Map<string, NewerInVault>();
  if (names.length === 0) return newer;
  // Some stores do not heed a signal in every step; the starts do.
  const signal = AbortSignal.timeout(deps.withinMs);
  let problem: string | null = null;
  try {
    const vault = await withSignal(deps.vault.peek(signal), signal);
    if (vault !== null) {
      for (const name of names) {
        try {
          const found = await withSignal(judge(deps, vault, name, others.has(name), signal), signal);
          if (found !== null) newer.set(name, found);
        } catch (error) {
          signal.throwIfAborted();
          problem ??= `${name}: ${errorText(error)}`;
        }
      }
    }
  } catch (error) {
    problem = errorText(error);
  }
  if (problem !== null) deps.log.warn({ problem }, 'whether the vault has newer logins could not be read');
  note(deps, problem);
  return newer;
}

/** What the session's history has beyond what is remembered of it, where the login in place does not hold that already. */
async function judge(
  deps: VaultLookDeps,
  vault: Vault,
  session: string,
  isOther: boolean,
  signal: AbortSignal,
): Promise<NewerInVault | null> {
  const row = deps.store.sessions.get(session);
  // What waits in WRONG_ACCOUNT is none of the history's logins, and no older state of one: the operator decides about it anyway.
  if (row === null || row.wrongAccount !== null) return null;
  if ((await deps.profiles.loginPresence(session)) !== 'present') return null;
  const record = await deps.profiles.readRecord(session);
  const history = await historyOf(vault, session, signal);
  settleGuess(deps, session, history);
  const inPlace = record?.account ?? null;
  const own = history.filter(
    (info) => !areDifferent(extraOf(info).account, inPlace) && !isOfOtherLink(info, inPlace, deps.vault),
  );
  const seen = deps.store.vault.head(vault.id, session)?.sequence ?? 0;
  const head = own.at(-1);
  if (head === undefined || (head.sequence <= seen && !isOther)) return null;
  if (isPlacedAfter(head, row, record)) {
    deps.store.vault.setHead(vault.id, session, head);
    return null;
  }
  // What the database has seen is not what is in place.
  if (isOther && isAtLeast(inPlaceOf(deps, session), extraOf(head))) return null;
  if (!isOther && holds(deps, session, record, own, seen)) {
    remember(deps, vault, session, head);
    return null;
  }
  const { frozenAt, writer } = extraOf(head);
  const used = await deps.profiles.lastWritten(session).catch(() => null);
  return {
    ...{ vault: vault.id, snapshot: head.id, sequence: head.sequence, takenAt: frozenAt },
    ...{ takenOn: writer?.host ?? null, usedAt: used?.toISOString() ?? null },
  };
}

/**
 * The snapshot of a session that holds a later state of a login than a folder does: another machine may run it, or have run it
 * since. Null where none is known to; a vault that cannot be read in time says nothing. Never fails.
 */
export async function laterInVault(
  { vault, log, withinMs }: Pick<VaultLookDeps, 'vault' | 'log' | 'withinMs'>,
  session: string,
  { folder, account }: { folder: string; account: Account | null },
): Promise<string | null> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const opened = await withSignal(vault.peek(signal), signal);
    if (opened === null) return null;
    const history = await withSignal(historyOf(opened, session, signal), signal);
    const own = history.filter(
      (info) => !areDifferent(extraOf(info).account, account) && !isOfOtherLink(info, account, vault),
    );
    const head = own.at(-1);
    const sequences = loginSequences(folder);
    if (head === undefined || sequences === undefined || extraOf(head).sequences === undefined) return null;
    return isAtLeast({ sequences }, extraOf(head)) ? null : head.id;
  } catch (error) {
    log.warn({ session, err: error }, 'whether the vault has a later login could not be read');
    return null;
  }
}

async function historyOf(vault: Vault, session: string, signal: AbortSignal): Promise<readonly SnapshotInfo[]> {
  try {
    return (await vault.list(session, { signal })).snapshots;
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'session_not_found') return [];
    throw error;
  }
}

/** A restore, a transfer, an import or an adoption has put the login in place after that snapshot: the operator's order. */
function isPlacedAfter(head: SnapshotInfo, row: SessionRow, record: ProfileRecord | null): boolean {
  return (record?.generation ?? 0) > extraOf(head).generation || row.createdAt > head.at;
}

/**
 * Whether this installation has written the head, and its profile holds at least what was saved there: a crash came between
 * the vault and the database. Not where the history began again in between, as it does with another link.
 */
function holds(
  { profiles, vault }: VaultLookDeps,
  session: string,
  record: ProfileRecord | null,
  own: readonly SnapshotInfo[],
  seen: number,
): boolean {
  const head = extraOf(own.at(-1) as SnapshotInfo);
  if (head.writer?.id !== vault.installation() || head.generation !== (record?.generation ?? 1)) return false;
  const since = own
    .slice(
      Math.max(
        0,
        own.findLastIndex(({ sequence }) => sequence <= seen),
      ),
    )
    .map(extraOf);
  if (!since.every((one, at) => at === 0 || isAtLeast(one, since[at - 1]))) return false;
  return isAtLeast(inPlaceOf({ profiles }, session), head);
}

function inPlaceOf({ profiles }: Pick<VaultLookDeps, 'profiles'>, session: string): Pick<SnapshotExtra, 'sequences'> {
  return { sequences: loginSequences(profiles.locate(session)) };
}

function isAtLeast({ sequences }: Pick<SnapshotExtra, 'sequences'>, before: SnapshotExtra | undefined): boolean {
  const then = before?.sequences;
  return sequences !== undefined && then !== undefined && reaches(sequences, then);
}

/** Adds what the database did not come to hear. */
function remember({ store }: VaultLookDeps, vault: Vault, session: string, head: SnapshotInfo): void {
  const { reason, pauseMs, method } = extraOf(head);
  const { id, at, bytes, newBytes, storedBytes, durationMs } = head;
  store.vault.setHead(vault.id, session, head);
  const data = { kind: kindOf(head), reason, bytes, newBytes, storedBytes, pauseMs, method, durationMs };
  store.snapshots.created(session, { id, at, data });
}

function note({ store, log }: VaultLookDeps, problem: string | null): void {
  try {
    store.facts.set(LOOK_FACT, JSON.stringify({ at: new Date().toISOString(), problem }));
  } catch (error) {
    log.warn({ err: error }, 'that the vault was looked at could not be written down');
  }
}

/** What was noted of the last look; null where there was none. */
export function parseLook(text: string | null): z.infer<typeof lookSchema> | null {
  return parsedFact(lookSchema, text);
}

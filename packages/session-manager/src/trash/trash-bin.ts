import { basename } from 'node:path';
import type { Account, RestoreFromTrash, Session, TrashEntryView, TrashPage } from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import { realFs } from '../profile/files.ts';
import { loginEvidence } from '../profile/login-presence.ts';
import type { ProfileRecord, ProfileStore, SwapReason, TrashEntry } from '../profile/profile-store.ts';
import { readTrashedRecord, sizeOfTrashed } from '../profile/trash.ts';
import { movedTo, sessionMoved } from '../state/moved-session.ts';
import type { StateStore } from '../state/state-store.ts';
import {
  notInTrash,
  refuseLogin,
  refuseOlder,
  refuseOlderThanVault,
  refuseTaken,
  refuseUnderWay,
  refuseUnlabelled,
} from './refusals.ts';

export interface TrashBinDeps {
  profiles: Pick<ProfileStore, 'list' | 'listTrash' | 'moveBack'>;
  access: Pick<SessionAccess, 'has' | 'get' | 'createFor' | 'replace' | 'discard' | 'refuseComing' | 'givenAway'>;
  store: Pick<StateStore, 'tombstones' | 'transfers'>;
  /** How the trash is emptied. */
  limits: { days: number; bytes: number };
  /** Whether a transfer of the session, to here or from here, is not over. */
  isUnderWay: (session: string) => boolean;
  /**
   * Since when the trash is this data folder's own: what was set aside before may be in the folder that it was copied from as
   * well. Null where it always was.
   *
   * @throws LeadMasterError `place_changed` while the operator has not decided about that.
   */
  ownSince: () => string | null;
  /** The snapshot that has a later state of a login than a folder in the trash; null where none is known. Never fails. */
  laterInVault: (session: string, login: { folder: string; account: Account | null }) => Promise<string | null>;
  /** Takes the size of what is in place. Never fails. */
  measure: (session: string) => Promise<void>;
  log: Logger;
}

/** The profiles that were set aside: what there is, and one of them back as the session that it was. */
export class TrashBin {
  readonly #deps: TrashBinDeps;
  readonly #queue = new SerialQueue();

  constructor(deps: TrashBinDeps) {
    this.#deps = deps;
  }

  /** A part of the trash, newest first, behind the entry `after`; empty where that one is gone meanwhile. */
  async list({ limit, after }: { limit: number; after?: string | undefined }): Promise<TrashPage> {
    const { limits, profiles } = this.#deps;
    const all = await profiles.listTrash();
    const rest = after === undefined ? all : behind(all, after);
    const part = rest.slice(0, limit);
    const items: TrashEntryView[] = [];
    for (const entry of part) items.push(await describe(entry));
    const last = part.at(-1);
    return {
      items,
      cursor: last === undefined || rest.length === part.length ? null : basename(last.path),
      total: all.length,
      days: limits.days,
      maxBytes: limits.bytes,
    };
  }

  /**
   * Makes a stopped session of a profile in the trash, under the name that it had. Everything is judged before anything is
   * touched; it is in the trash or in its place, whenever a crash comes.
   *
   * @throws LeadMasterError `trash_not_found`, `session_exists`, `session_moved`, `newer_login`, `linked_elsewhere`,
   *   `place_changed`, `transfer_open`, `login_damaged`, `unprocessable`, `profile_unreadable`
   */
  restore(id: string, { originRetired }: RestoreFromTrash): Promise<Session> {
    return this.#queue.run(async () => {
      const all = await this.#deps.profiles.listTrash();
      const entry = all.find(({ path }) => basename(path) === id);
      if (entry === undefined) throw notInTrash(id);
      const record = await this.#judge(entry, all);
      await this.#put(entry, await this.#why(entry, record, originRetired), originRetired);
      await this.#deps.measure(entry.session);
      this.#deps.log.info({ session: entry.session, from: entry.path }, 'a profile came back from the trash');
      return this.#deps.access.get(entry.session);
    });
  }

  /** What keeps an entry from coming back. Resolves to the record of its profile. */
  async #judge(entry: TrashEntry, all: readonly TrashEntry[]): Promise<ProfileRecord> {
    const { access, profiles, store, isUnderWay, ownSince, laterInVault } = this.#deps;
    const { session, generation } = entry;
    if (session === '' || generation === null) throw refuseUnlabelled(entry);
    if (access.has(session) || (await profiles.list()).some(({ name }) => name === session)) throw refuseTaken(session);
    if (isUnderWay(session)) throw refuseUnderWay(session);
    ownSince();
    const moved = store.tombstones.generation(session);
    if (moved !== null && generation <= moved) throw sessionMoved(session, movedTo(store, session));
    const newer = all.find((other) => other.session === session && isLater(other, entry));
    if (newer !== undefined) throw refuseOlder(entry, basename(newer.path));
    const record = await readTrashedRecord(realFs, entry);
    const evidence = await loginEvidence(realFs, entry.path, record);
    if (record === null || evidence.presence !== 'present') throw refuseLogin(entry, evidence);
    access.refuseComing(session, record.account);
    const later = await laterInVault(session, { folder: entry.path, account: record.account });
    if (later !== null) throw refuseOlderThanVault(session, later);
    return record;
  }

  /** A login that may be elsewhere as well comes back as a copy, unless the operator confirms that it is not. */
  async #why(
    { session, generation, at }: TrashEntry,
    record: ProfileRecord,
    isConfirmed: boolean,
  ): Promise<SwapReason> {
    const { access, store, ownSince } = this.#deps;
    const since = ownSince();
    const isAway = record.account !== null && access.givenAway(record.account, session) !== null;
    const mayBeElsewhere = isAway || (since !== null && at < since);
    return {
      reason: 'restored',
      // Above what has moved away from here, also where the trash that remembers it was emptied.
      generation: Math.max(generation ?? 0, store.tombstones.generation(session) ?? 0),
      committedAt: at,
      ...(isConfirmed ? { originRetired: true } : mayBeElsewhere ? { originRetired: false } : {}),
    };
  }

  /** The session first, so that a folder without one is never left in its place; it goes again when the profile does not follow. */
  async #put({ session, path, at }: TrashEntry, why: SwapReason, isOwn: boolean): Promise<void> {
    const { access, profiles } = this.#deps;
    await access.createFor(session, new Date(at), 'restored');
    try {
      await access.replace(session, { stop: false, reason: 'restored', isOwn }, async () => {
        await profiles.moveBack(session, path, why);
      });
    } catch (error) {
      if (!(await profiles.list()).some(({ name }) => name === session)) access.discard(session);
      throw error;
    }
  }
}

/** Whether another profile of the session was set aside after this one: generations only grow, and a clock may have been wrong. */
function isLater(other: TrashEntry, entry: TrashEntry): boolean {
  if (other.generation === null || entry.generation === null) return other.at > entry.at;
  return other.generation > entry.generation;
}

/** What is listed behind an entry. */
function behind(newestFirst: readonly TrashEntry[], id: string): TrashEntry[] {
  const at = newestFirst.findIndex(({ path }) => basename(path) === id);
  return at < 0 ? [] : newestFirst.slice(at + 1);
}

async function describe(entry: TrashEntry): Promise<TrashEntryView> {
  const { session, reason, at, generation } = entry;
  // A record that cannot be read says nothing of the account; a restore tells what is wrong with it.
  const record = session === '' ? null : await readTrashedRecord(realFs, entry).catch(() => null);
  return {
    ...{ id: basename(entry.path), session: session === '' ? null : session, reason, at, generation },
    account: record?.account ?? null,
    bytes: await sizeOfTrashed(entry.path),
  };
}

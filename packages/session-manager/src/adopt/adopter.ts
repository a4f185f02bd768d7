import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type AdoptedSession, type AdoptSession, type AdoptWarning, LeadMasterError } from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { GivenAway, SessionAccess } from '../access/session-access.ts';
import { lstatOrNull, type ProfileFs, realFs } from '../profile/files.ts';
import { type DataPaths, MOVED_SUFFIX } from '../profile/paths.ts';
import type { ProfileRecord, ProfileStore, SwapReason } from '../profile/profile-store.ts';
import { isWithin, realPathOf } from '../profile/real-path.ts';
import { areDifferent } from '../snapshots/other-account.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { inStaging, stagingPath } from '../snapshots/staging.ts';
import {
  isOtherDisk,
  refuseFixedParent,
  refuseNoLogin,
  refuseNoRoom,
  refuseOldBrowser,
  refuseOverlap,
  refuseUsed,
} from './checks.ts';
import { copyProfile, taken } from './copy.ts';
import { findProfile, refuseMoved, refuseOddPath, refuseRelative } from './layout.ts';
import { refuse, refusedIfClosed } from './refusal.ts';
import { finishEarlier, setSourceAside } from './source.ts';
import { refuseStrangers, type Survey, survey } from './survey.ts';

export interface AdopterDeps {
  paths: DataPaths;
  profiles: ProfileStore;
  access: SessionAccess;
  /** Claims what lies in the session's own place. */
  adoptInPlace: (session: string) => Promise<unknown>;
  /** The generation under which a session left this machine; null when it never did. */
  movedGeneration: (session: string) => number | null;
  /** The browser that sessions run on here. */
  browserVersion: () => Promise<string>;
  minFreeBytes: number;
  log: Logger;
}

type Mode = 'copy' | 'move';

interface How {
  mode: Mode;
  originRetired: boolean;
}

/** Makes sessions of folders that other programs have kept, one at a time. */
export class Adopter {
  readonly #deps: AdopterDeps;
  readonly #fs: ProfileFs = realFs;
  readonly #queue = new SerialQueue();

  constructor(deps: AdopterDeps) {
    this.#deps = deps;
  }

  adopt(wanted: AdoptSession, call: LongCall = {}): Promise<AdoptedSession> {
    return this.#queue.run(async () => {
      const { name, path, mode } = wanted;
      const place = this.#deps.paths.session(name);
      if (path === undefined) return this.#inPlace(wanted, place);
      refuseRelative(path);
      try {
        if (await this.#isPlace(path, place)) return await this.#inPlace(wanted, place);
        if (mode === undefined) throw refuseUnsaid(path, place);
        const earlier = await this.#earlier(name, path, mode, wanted.originRetired ?? false);
        return earlier ?? (await this.#fromElsewhere(wanted, path, mode, call));
      } catch (error) {
        throw refusedIfClosed(error, path);
      }
    });
  }

  async #inPlace({ name, originRetired }: AdoptSession, place: string): Promise<AdoptedSession> {
    const { access, adoptInPlace, profiles } = this.#deps;
    if ((await profiles.readRecord(name)) === null) refuseMoved(place);
    await adoptInPlace(name);
    if (originRetired) await profiles.updateRecord(name, { originRetired });
    const found = await survey(this.#fs, { kind: 'profile', profileDir: place });
    const account = found.record?.account ?? null;
    const gone = account === null ? null : access.givenAway(account, name);
    if (gone !== null) found.report.warnings.push(copyWarning(wentAs(gone)));
    if (found.unfinished.length > 0) await profiles.updateRecord(name, { unfinished: found.unfinished });
    return this.#adopted(name, found);
  }

  async #fromElsewhere(wanted: AdoptSession, path: string, mode: Mode, call: LongCall): Promise<AdoptedSession> {
    const { name } = wanted;
    const { access, paths, browserVersion } = this.#deps;
    call.onProgress?.({ phase: 'looking', done: 0, total: null });
    await refuseOddPath(this.#fs, path);
    if (await this.#isHere(name)) throw exists(name);
    const layout = await findProfile(this.#fs, await realpath(path));
    refuseOverlap(paths, layout.profileDir);
    if (mode === 'move') await refuseFixedParent(layout.profileDir);
    await refuseUsed(layout.profileDir);
    const found = await survey(this.#fs, layout);
    await this.#refuseTwice(name, found);
    refuseStrangers(found);
    refuseOldBrowser(found.report.chromium, await browserVersion());
    call.onProgress?.({ phase: 'checking', done: 0, total: null });
    await refuseNoLogin(this.#fs, layout.profileDir, paths.staging, call.signal);
    const { originRetired = false } = wanted;
    const isCopy = found.isCopy || (await this.#isOurs(name, found));
    if (mode === 'copy') await this.#copyIn(name, found, { mode, originRetired }, call);
    else await this.#moveIn(name, found, originRetired || !isCopy, call);
    const { kind, bytes } = found.report;
    this.#deps.log.info(
      { session: name, from: layout.profileDir, kind, mode, bytes },
      'a folder from elsewhere became a session',
    );
    return { ...(await access.get(name)), adopted: found.report };
  }

  async #copyIn(name: string, found: Survey, { mode, originRetired }: How, call: LongCall): Promise<void> {
    const { paths, minFreeBytes, profiles } = this.#deps;
    const bytes = taken(found).reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0);
    await refuseNoRoom(this.#fs, paths, { bytes, minFreeBytes, mode });
    await inStaging(stagingPath(paths, 'adopt', name), async (staged) => {
      await copyProfile(this.#fs, found, staged, call);
      call.onProgress?.({ phase: 'checking', done: bytes, total: bytes });
      await refuseNoLogin(this.#fs, staged, paths.staging, call.signal);
      // Who has opened it while it was copied may have only read so far.
      await refuseUsed(found.layout.profileDir);
      await this.#put(name, async () => {
        await profiles.swapIn(name, staged, { ...this.#why(found), originRetired });
      });
    });
  }

  /** By one rename on one disk. Across two, or where there are links in it, a copy that does not start, until the folder it came from is set aside. */
  async #moveIn(name: string, found: Survey, originRetired: boolean, call: LongCall): Promise<void> {
    const { profiles } = this.#deps;
    const { profileDir } = found.layout;
    if (!found.hasLinks && (await this.#isOneDisk(profileDir))) {
      try {
        await this.#put(name, async () => {
          await profiles.moveIn(name, profileDir, { ...this.#why(found), originRetired, sourceGone: true });
        });
        return;
      } catch (error) {
        // Mounts may part what looks like one disk.
        if (!isOtherDisk(error)) throw error;
      }
    }
    await this.#copyIn(name, found, { mode: 'move', originRetired: false }, call);
    await setSourceAside(this.#fs, profileDir);
    await profiles.updateRecord(name, { sourceGone: true, ...(originRetired ? { originRetired } : {}) });
  }

  /** The session first, so that a folder without one is never left in its place; it goes again when the profile does not follow. */
  async #put(name: string, put: () => Promise<void>): Promise<void> {
    const { access } = this.#deps;
    const isNew = !access.has(name);
    if (isNew) await access.createFor(name, new Date(), 'adopted');
    try {
      await access.replace(name, { stop: false, reason: 'adopted' }, put);
    } catch (error) {
      if (isNew && !(await this.#isHere(name))) access.discard(name);
      throw error;
    }
  }

  #why({ layout, record, unfinished }: Survey): SwapReason {
    return {
      reason: 'adopted',
      generation: record?.generation ?? 0,
      committedAt: new Date().toISOString(),
      adoptedFrom: layout.profileDir,
      ...(unfinished.length === 0 ? {} : { unfinished }),
      ...(record === null ? {} : { formerly: record.session }),
    };
  }

  /** What an earlier call has begun, or done, brought to its end; null when there is nothing of the kind. */
  async #earlier(name: string, path: string, mode: Mode, originRetired: boolean): Promise<AdoptedSession | null> {
    const { profiles } = this.#deps;
    if (!(await this.#isHere(name)) || !this.#deps.access.has(name)) return null;
    const record = await profiles.readRecord(name);
    const from = record?.adoptedFrom;
    if (record === null || from === undefined || !isWithin(from, await realPathOf(path))) return null;
    if (!(await finishEarlier(this.#fs, { from, place: profiles.locate(name), record, mode }))) return null;
    const isMoved = mode === 'move';
    const retires = !record.originRetired && (originRetired || (isMoved && !(await this.#wasCopy(name, from))));
    if (retires || isMoved) {
      await profiles.updateRecord(name, {
        ...(retires ? { originRetired: true } : {}),
        ...(isMoved ? { sourceGone: true } : {}),
      });
    }
    return this.#adopted(name, await survey(this.#fs, { kind: 'profile', profileDir: profiles.locate(name) }));
  }

  /** Whether the folder that was set aside was itself a copy: that it is gone says nothing of the login it was taken of. */
  async #wasCopy(name: string, from: string): Promise<boolean> {
    const found = await survey(this.#fs, { kind: 'profile', profileDir: from + MOVED_SUFFIX });
    return found.isCopy || this.#isOurs(name, found);
  }

  /**
   * Whether a folder from elsewhere is, by its record, a copy of a login that this installation has or has given away. That
   * the folder is moved says nothing of that login. A warning tells it.
   */
  async #isOurs(name: string, { record, report }: Survey): Promise<boolean> {
    const why = record === null ? null : await this.#whyOurs(name, record);
    if (why !== null) report.warnings.push(copyWarning(why));
    return why !== null;
  }

  async #whyOurs(name: string, { session, generation, account }: ProfileRecord): Promise<string | null> {
    const { access, movedGeneration, profiles } = this.#deps;
    const moved = movedGeneration(session);
    if (moved !== null && generation <= moved)
      return `by its record it is ${session} of generation ${generation}, which went away from here as generation ${moved}`;
    if (session !== name && (await this.#isHere(session))) {
      // One that cannot be read may be it.
      const inPlace = await profiles.readRecord(session).catch(() => null);
      if (!areDifferent(inPlace?.account ?? null, account)) return `by its record it is ${session}, which is here`;
    }
    if (account === null) return null;
    // Of its own session the generation has told it.
    const gone = access.givenAway(account, session);
    if (gone !== null) return wentAs(gone);
    const other = access.linkedIn(account, name);
    return other === null ? null : `its account is linked in the session ${other.session} here`;
  }

  async #adopted(name: string, { report }: Survey): Promise<AdoptedSession> {
    return { ...(await this.#deps.access.get(name)), adopted: report };
  }

  /**
   * Two sessions of one login would take it from each other. A folder that was moved away is not the one at its path now,
   * nor is the folder of another account.
   */
  async #refuseTwice(name: string, { layout, record: given }: Survey): Promise<void> {
    const { access, profiles } = this.#deps;
    const from = layout.profileDir;
    for (const other of access.names()) {
      if (other === name) continue;
      const record = await profiles.readRecord(other).catch(() => null);
      if (record?.adoptedFrom !== from || record.sourceGone) continue;
      if (areDifferent(record.account, given?.account ?? null)) continue;
      const { createdAt } = await access.get(other);
      throw refuse(
        `A session was adopted from ${from} before (${other}, ${createdAt.slice(0, 10)})`,
        `If it is the same login, use ${other}. If it is another one, rename the folder and adopt it by its new path.`,
        { session: other },
      );
    }
  }

  /** A session whose profile never came, because a call was interrupted, is not here yet. */
  async #isHere(name: string): Promise<boolean> {
    return (await this.#deps.profiles.list()).some((found) => found.name === name);
  }

  async #isPlace(path: string, place: string): Promise<boolean> {
    return path === place || (await realPathOf(path)) === place;
  }

  async #isOneDisk(profileDir: string): Promise<boolean> {
    const [here, there] = [
      await lstatOrNull(this.#fs, this.#deps.paths.tokens),
      await lstatOrNull(this.#fs, dirname(profileDir)),
    ];
    return here !== null && there !== null && here.dev === there.dev;
  }
}

function copyWarning(why: string): AdoptWarning {
  return {
    kind: 'copy',
    detail: `It is a copy: ${why}. It starts only once the operator confirms that no other runs.`,
  };
}

function wentAs({ session, to }: GivenAway): string {
  return `its account went away from here as ${session}, to ${to ?? 'another machine, in an exported file'}`;
}

function refuseUnsaid(path: string, place: string): LeadMasterError {
  return refuse(
    `${path} is not ${place}: choose whether to copy or to move it`,
    'Add one of the two: mode "copy" (--copy) leaves it where it is, mode "move" (--move) takes it here.',
    { missing: 'mode' },
  );
}

function exists(name: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `There is a session ${name}, or a profile of that name`,
    'Choose another name; or delete it first, which puts its profile into the trash.',
  );
}

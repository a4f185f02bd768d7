import { checkStructureAside } from '@leadmaster/capture';
import {
  type ArrivingTransfer,
  carriedBounds,
  LeadMasterError,
  type PrepareTransfer,
  type SealTransfer,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import { refuseOlderBrowser } from '../profile/browser-version.ts';
import { realFs } from '../profile/files.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import { requireRoom } from '../profile/room.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Arrival, Arrivals, FORGET_MS } from './arrival-facts.ts';
import {
  inUse,
  itself,
  refuseCommitted,
  refuseInTheWay,
  refuseTakenName,
  refuseVersion,
  requirePhase,
  wrongPhase,
} from './arrival-refusals.ts';
import { ArrivingFiles } from './arriving-files.ts';
import { StepTurns } from './step-turns.ts';

/** So long a session that was taken over may take to settle before the source hears of it. */
const START_MS = 30_000;

export interface TargetDeps {
  paths: DataPaths;
  profiles: ProfileStore;
  store: StateStore;
  access: SessionAccess;
  /** Version of the browser that will run what comes. */
  browserVersion: () => Promise<string>;
  minFreeBytes: number;
  /** Throws for what may not be finished yet: the data folder was copied meanwhile. */
  refuseHeld: (id: string, session: string) => void;
  /** Has those of these sessions wait of which the vault has a newer login than the one in place. */
  holdOlder: (sessions: readonly string[]) => Promise<void>;
  log: Logger;
}

/** This manager as the one a session comes to. */
export class TransferTarget {
  readonly #deps: TargetDeps;
  readonly #arrivals: Arrivals;
  readonly #turns = new StepTurns();

  constructor(deps: TargetDeps) {
    this.#deps = deps;
    this.#arrivals = new Arrivals(deps.store);
  }

  prepare(wanted: PrepareTransfer): Promise<ArrivingTransfer> {
    // One at a time for the whole machine: two of one name must see each other.
    return this.#turns.alone('prepare', () => this.#prepare(wanted));
  }

  get(id: string): ArrivingTransfer {
    return describe(this.#known(id));
  }

  /** Which files of these are not here yet, by the hash of their content. */
  missing(id: string, hashes: readonly string[]): Promise<string[]> {
    return this.#turn(id, async (arrival) => {
      requirePhase(arrival, 'prepared');
      return this.#files(id).missing(hashes);
    });
  }

  /** Takes a piece of a file; pieces come in order. Returns how many bytes of it are here. */
  receive(id: string, piece: Parameters<ArrivingFiles['receive']>[0]): Promise<number> {
    const admit = (): void => requirePhase(this.#known(id), 'prepared');
    return this.#turns.beside(id, piece.sha256, admit, async () => {
      await requireRoom(realFs, this.#deps.paths.staging, {
        bytes: piece.bytes.length + this.#deps.minFreeBytes,
        what: 'the next piece of a session that comes here takes, with what is kept free,',
        hint: 'Free some space on the machine that it goes to, then repeat the transfer.',
      });
      return this.#files(id).receive(piece);
    });
  }

  /** Puts the profile together and proves it. Durable when it resolves. */
  seal(id: string, manifest: SealTransfer, signal?: AbortSignal): Promise<ArrivingTransfer> {
    return this.#turn(id, async (arrival) => {
      if (arrival.phase !== 'sealed') await this.#seal(arrival, manifest, signal);
      return describe(this.#known(id));
    });
  }

  /** The source has let go: this machine is the owner, and starts the session if it ran. */
  commit(id: string): Promise<ArrivingTransfer> {
    return this.#turn(id, async (arrival) => {
      if (arrival.phase !== 'committed') await this.#commit(arrival);
      return describe(this.#known(id));
    });
  }

  /** Gives the transfer up for good. Refused once it is committed. */
  abort(id: string): Promise<void> {
    return this.#turn(id, async (arrival) => {
      refuseCommitted(arrival);
      await this.#giveUp(arrival);
    });
  }

  /**
   * Finishes what was handed over when the service died, and gives up what was left long ago. Called at the start, and when
   * what was held back is released: the folder may be an older copy, so all are in place and compared before one is started.
   */
  async resume(): Promise<void> {
    const placed: Arrival[] = [];
    for (const { id, session, phase, changedAt } of this.#arrivals.open()) {
      try {
        if (phase === 'committing') placed.push(await this.#turn(id, (arrival) => this.#place(arrival)));
        else if (phase === 'prepared' && Date.now() - Date.parse(changedAt) > FORGET_MS) await this.abort(id);
      } catch (error) {
        this.#deps.log.error({ session, transfer: id, err: error }, 'a transfer to here could not be finished');
      }
    }
    await this.#deps.holdOlder(placed.map(({ session }) => session));
    // No caller waits for an answer, and the other sessions wait for their start.
    for (const arrival of placed) await this.#bringUp(arrival, 0);
  }

  async #prepare(wanted: PrepareTransfer): Promise<ArrivingTransfer> {
    const { id, session, replaces, generation, chromium, bytes, metadata, account, desired } = wanted;
    refuseVersion(wanted.version);
    if (this.#deps.store.transfers.get(id, 'source') !== null) throw itself(session);
    const known = this.#arrivals.get(id);
    if (known !== null) {
      if (known.session === session) requirePhase(known, 'prepared');
      else throw wrongPhase(known);
      return describe(known);
    }
    await refuseTakenName(this.#deps, this.#arrivals, session, generation);
    refuseInTheWay(this.#arrivals, session, replaces);
    this.#deps.access.refuseComing(session, account);
    refuseOlderBrowser(chromium, await this.#deps.browserVersion());
    const files = this.#files(id);
    await files.open();
    try {
      const here = await this.#makeWay(files, session, replaces);
      await requireRoom(realFs, this.#deps.paths.staging, {
        bytes: Math.max(0, bytes - here) + this.#deps.minFreeBytes,
        what: `${session} takes, with what is kept free,`,
        hint: 'Free some space on the machine that it goes to, or transfer it elsewhere. Nothing was changed.',
      });
      const facts = {
        ...{ chromium, bytes, metadata, account, desired, reserved: false, caughtUpTo: null, told: [] },
        ...carriedBounds.parse(wanted),
      };
      this.#arrivals.begin(id, session, generation, facts);
    } catch (error) {
      await files.remove();
      throw error;
    }
    this.#deps.log.info({ session, transfer: id, generation, bytes }, 'a session is coming here');
    return describe(this.#known(id));
  }

  /** Gives earlier attempts for the same name up. Returns how many bytes of those that are replaced are used. */
  async #makeWay(files: ArrivingFiles, session: string, replaces: readonly string[]): Promise<number> {
    let here = 0;
    for (const { id } of this.#arrivals.open().filter((each) => each.session === session)) {
      await this.#turn(id, async (earlier) => {
        refuseCommitted(earlier);
        if (replaces.includes(id)) here += await files.inherit(this.#files(id));
        await this.#giveUp(earlier);
      });
    }
    return here;
  }

  async #seal(arrival: Arrival, manifest: SealTransfer, signal?: AbortSignal): Promise<void> {
    requirePhase(arrival, 'prepared');
    const { id, session } = arrival;
    const files = this.#files(id);
    await files.assemble(manifest.entries, signal);
    // In parallel, but to their ends: work that continues after a failed seal would meet the next attempt.
    const ends = await Promise.allSettled([
      this.#prove(session, files.profile, signal),
      files.settle(manifest.entries),
    ]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const facts = { ...arrival.facts, caughtUpTo: manifest.caughtUpTo, told: manifest.told };
    // The name first: after the seal the source lets go, and no other session may have taken it by then.
    if (!this.#deps.access.has(session)) {
      facts.reserved = true;
      this.#arrivals.advance(id, 'prepared', facts);
      await this.#deps.access.createFor(session, loginOf(facts), 'transferred');
    }
    this.#arrivals.advance(id, 'sealed', facts);
    this.#deps.log.info(
      { session, transfer: id, files: manifest.entries.length },
      'a session is whole here, to be taken over',
    );
  }

  async #prove(session: string, profile: string, signal?: AbortSignal): Promise<void> {
    const tempDir = this.#deps.paths.staging;
    const { ok, checks } = await checkStructureAside(profile, { requireLogin: true, tempDir }, signal);
    if (ok) return;
    const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
    throw new LeadMasterError(
      'transfer_incomplete',
      `${session} has arrived, and its databases are not whole: ${broken.join('; ')}`,
      'Nothing was handed over. Repeat the transfer.',
      { extra: { broken } },
    );
  }

  async #commit(arrival: Arrival): Promise<void> {
    if (arrival.phase !== 'committing') requirePhase(arrival, 'sealed');
    await this.#bringUp(await this.#place(arrival), START_MS);
  }

  /** Puts a session that is whole here in its place, where it is ours. */
  async #place(arrival: Arrival): Promise<Arrival> {
    const { id, session, facts } = arrival;
    const { access, refuseHeld } = this.#deps;
    refuseHeld(id, session);
    this.#arrivals.advance(id, 'committing');
    try {
      if (!access.has(session)) await access.createFor(session, loginOf(facts), 'transferred');
      await access.replace(session, { stop: false, reason: 'transferred' }, () => this.#putInPlace(arrival));
    } catch (error) {
      // Still whole and not in place: either side may yet give it up.
      if (await this.#files(id).isAssembled()) this.#arrivals.advance(id, 'sealed');
      throw error;
    }
    return arrival;
  }

  /** Starts what is in place, if it is to run. */
  async #bringUp({ id, session, facts }: Arrival, startMs: number): Promise<void> {
    // First that, and nothing beside it: thousands of files take their time to go, and where the session came from a
    // snapshot is taken once it is known that it has come.
    if (facts.desired === 'running') await this.#start(session, startMs);
    await this.#files(id)
      .remove()
      .catch((error: unknown) => {
        this.#deps.log.warn({ transfer: id, err: error }, 'what has arrived could not be cleared away');
      });
  }

  async #putInPlace(arrival: Arrival): Promise<void> {
    const { id, session, facts } = arrival;
    const { profiles, store, log } = this.#deps;
    const files = this.#files(id);
    const inPlace = await profiles.readRecord(session);
    const isHere = inPlace !== null && inPlace.generation > arrival.generation && !(await files.isAssembled());
    let generation = inPlace?.generation ?? 0;
    if (!isHere) {
      await this.#refuseLogin(session);
      const why = { reason: 'transferred', generation: arrival.generation, committedAt: loginOf(facts).toISOString() };
      generation = (await profiles.swapIn(session, files.profile, why)).record.generation;
    }
    store.atomically(() => {
      store.bounds.tighten(session, facts);
      store.sessions.setMetadata(session, facts.metadata);
      store.sessions.setDesired(session, facts.desired);
      store.sessions.tellFrom(session, loginOf(facts));
      store.inbox.toldElsewhere(session, facts.told);
      this.#arrivals.advance(id, 'committed', { ...facts, told: [] });
      store.events.append({ session, type: 'session.moved', data: { direction: 'here', generation, transfer: id } });
    });
    log.info({ session, transfer: id, generation }, 'a session has moved here');
  }

  /** A session of this name may have been made since: a login is never overwritten. */
  async #refuseLogin(session: string): Promise<void> {
    const presence = await this.#deps.profiles.loginPresence(session);
    if (presence === 'present' || presence === 'damaged')
      throw inUse(session, (await this.#deps.access.get(session)).state);
  }

  /** The session is ours by now: that it does not start is no reason to say that it did not come. */
  async #start(session: string, waitMs: number): Promise<void> {
    const { access, log } = this.#deps;
    try {
      await access.start(session);
      await access.settled(session, waitMs, new AbortController().signal);
    } catch (error) {
      log.error({ session, err: error }, 'a session that moved here did not start');
    }
  }

  async #giveUp({ id, session, phase, facts }: Arrival): Promise<void> {
    if (phase !== 'aborted') {
      this.#arrivals.advance(id, 'aborted', { ...facts, told: [] });
      this.#deps.log.info({ session, transfer: id }, 'a transfer to here was given up');
    }
    const { access, profiles } = this.#deps;
    // Only the name that was made for it: one with a profile by now is another session's.
    if (phase !== 'aborted' && facts.reserved && access.has(session) && (await profiles.readRecord(session)) === null)
      access.discard(session);
    await this.#files(id).remove();
  }

  #files(id: string): ArrivingFiles {
    return new ArrivingFiles(this.#deps.paths, id);
  }

  #turn<T>(id: string, task: (arrival: Arrival) => Promise<T>): Promise<T> {
    return this.#turns.alone(id, () => task(this.#known(id)));
  }

  #known(id: string): Arrival {
    const arrival = this.#arrivals.get(id);
    if (arrival !== null) return arrival;
    throw new LeadMasterError(
      'transfer_not_found',
      `No transfer ${id} was announced here`,
      'See that this is the manager to which the session was sent.',
    );
  }
}

/** Transfers whose files must outlive a restart: their names in staging. */
export function liveTransfers(store: StateStore): string[] {
  return new Arrivals(store).open().map(({ id }) => id);
}

function loginOf({ caughtUpTo }: Arrival['facts']): Date {
  return caughtUpTo === null ? new Date() : new Date(caughtUpTo);
}

function describe({ id, session, phase, generation, at, changedAt }: Arrival): ArrivingTransfer {
  return { id, session, phase, generation, at, changedAt };
}

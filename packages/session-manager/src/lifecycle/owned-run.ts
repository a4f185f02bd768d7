import { bootId } from '@leadmaster/capture/processes';
import { type Account, errorText, LeadMasterError } from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { RunOnProfile } from '../builds/builds.ts';
import type { EngineEvent, EngineRun } from '../engine/engine.ts';
import type { Claim } from './claim.ts';
import { renewMark } from './profile-mark.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

export interface LaunchListener {
  /** It has a place among the starting browsers: its time begins now. */
  onPlace: () => void;
  onEvent: (event: EngineEvent) => void;
  onFailure: (error: unknown) => void;
}

/**
 * One attempt to run a session, and everything it holds: the profile's claim, a place among the starting browsers, the
 * browser, and the record by which a crash of ours is cleaned up. `end` gives all of it back, in the order that keeps
 * the profile safe: the browser's last process is gone before other code may touch the files.
 */
export class OwnedRun {
  readonly #deps: SupervisorDeps;
  readonly #session: string;
  readonly #abort = new AbortController();
  #claim: Claim | null = null;
  #leavePlace: (() => void) | null = null;
  #launching: Promise<void> = Promise.resolve();
  #run: EngineRun | null = null;
  #onProfile: RunOnProfile | null = null;

  constructor(deps: SupervisorDeps, session: string) {
    this.#deps = deps;
    this.#session = session;
  }

  get run(): EngineRun | null {
    return this.#run;
  }

  /** The generation of the profile that it runs on; null before it was taken. */
  get generation(): number | null {
    return this.#claim?.generation ?? null;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the login was known to be on disk before this run, or has become so. */
  get isCommitted(): boolean {
    return this.#claim?.committed ?? false;
  }

  /** Whether no login was in place when it began: what comes up in it was linked in it. */
  get linksAnew(): boolean {
    return this.#claim?.login === 'none';
  }

  /** Files that ended in an unfinished record when the login was adopted; none once WhatsApp has taken it. */
  get unfinished(): readonly string[] {
    return this.#claim?.unfinished ?? [];
  }

  get hasPlace(): boolean {
    return this.#leavePlace !== null;
  }

  /** Takes the profile. Throws what keeps the session from running. */
  async prepare(): Promise<'saved' | 'none'> {
    this.#claim = await this.#deps.claim(this.#session);
    return this.#claim.login;
  }

  /** Starts the browser when a place is free. Never throws: the listener gets all events. */
  launch(listener: LaunchListener): void {
    this.#launching = this.#launch(listener).catch((error: unknown) => {
      if (!this.signal.aborted) listener.onFailure(error);
    });
  }

  async #launch(listener: LaunchListener): Promise<void> {
    const claim = this.#claim;
    if (claim === null) throw new Error('the profile was not taken');
    this.#leavePlace = await this.#deps.places.take(this.signal);
    const { builds } = this.#deps;
    const { profileDir, generation, login } = claim;
    const held = { profileDir, generation, login };
    // For every kind of start: no build that could erase the login opens the profile. What that takes is no time of the browser's.
    const wanted = await builds.choose(this.#session, held, this.signal);
    listener.onPlace();
    const on: RunOnProfile = { ...held, session: this.#session, wanted, signal: this.signal, run: () => this.#run };
    this.#onProfile = on;
    this.#run = await this.#deps.engine.start({
      session: this.#session,
      profileDir: claim.profileDir,
      visible: this.#deps.config.loginMode === 'local',
      webVersion: wanted,
      signal: this.signal,
      onEvent: (event) => {
        builds.heard(on, event);
        listener.onEvent(event);
      },
      onLaunched: (browser) => {
        this.#deps.store.browsers.record({
          session: this.#session,
          pid: browser.pid,
          startTicks: browser.startTicks,
          bootId: bootId(),
          profileDir: claim.profileDir,
        });
      },
    });
    await claim.openedBy(this.#run.runtime.browserVersion);
  }

  /**
   * Makes a fresh login durable. A login that was committed before needs nothing but to be known by its account.
   * Throws `storage_failed` and the like as LeadMasterError, anything else when the browser did not write in time.
   */
  async commitLogin(account: Account): Promise<void> {
    if (this.#claim === null || this.#run === null) throw new Error('nothing runs');
    this.#claim.unfinished = [];
    if (this.#claim.committed) return this.#claim.linkedTo(account);
    const overdue = deadline(this.#deps.config.deadlines.commitMs, this.signal);
    await this.#run.flushLogin(overdue).catch((error: unknown) => {
      throw storageError(error) ?? error;
    });
    await this.#deps.profiles.commitLogin(this.#session, account, this.#run.runtime.browserVersion);
    this.#claim.committed = true;
  }

  /** Marks the profile again while it is ours. Never fails. */
  renewMark(): Promise<void> {
    return renewMark(this.#deps, this.#session);
  }

  freePlace(): void {
    this.#leavePlace?.();
    this.#leavePlace = null;
  }

  /** Ends what is being started, without waiting. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** Closes the browser and gives everything back. Throws `browser_not_gone` and keeps the profile when something survived. */
  async end(): Promise<void> {
    this.#abort.abort(new Error('the run was ended'));
    await this.#launching;
    await this.#run?.stop(this.#deps.config.deadlines.stopMs);
    this.#run = null;
    if (this.#onProfile !== null) await this.#deps.builds.ended(this.#onProfile);
    if (this.#claim !== null) await this.renewMark();
    this.release();
    try {
      this.#deps.store.browsers.clear(this.#session);
    } catch (error) {
      // Harmless: the next boot looks the process up and finds it gone. A full disk must not keep a session from stopping.
      this.#deps.log.warn({ session: this.#session, err: error }, 'the record of an ended browser stays');
    }
  }

  /** Gives the profile and the place back. Nothing may be running. */
  release(): void {
    this.freePlace();
    this.#claim?.release();
    this.#claim = null;
  }
}

function storageError(error: unknown): LeadMasterError | null {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined || !['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES'].includes(code)) return null;
  return new LeadMasterError(
    'storage_failed',
    `The login could not be read back from the disk: ${errorText(error)}`,
    'Free or repair the disk, then start the session again.',
    { cause: error },
  );
}

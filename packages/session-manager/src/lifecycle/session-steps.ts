import {
  type Account,
  errorText,
  isHeldBack,
  isLoginErased,
  LeadMasterError,
  type SessionState,
} from '@leadmaster/protocol';
import type { EngineRun } from '../engine/engine.ts';
import { isOutOfRoom } from '../profile/room.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { Doubles } from './doubles.ts';
import { setOlderLogin } from './held-back.ts';
import { type Effect, isStarting, type LifecycleEvent, transition } from './machine.ts';
import { OwnedRun } from './owned-run.ts';
import { isOtherProfile } from './profile-mark.ts';
import { RunEvents } from './run-events.ts';
import type { SessionParts } from './session-parts.ts';
import type { SessionStatus } from './session-status.ts';
import { setAside } from './set-aside.ts';
import { StateClock } from './state-clock.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import type { Turn } from './turn.ts';
import { unlink } from './unlinking.ts';

/** What the supervisor lends to the steps of its session. */
export interface StepMeans {
  /** It is being deleted, or the service is shutting down: nothing starts. */
  isEnding: () => boolean;
  /** Queues a task for the session's turn. */
  later: (task: () => Promise<void>) => void;
}

/**
 * The steps of one session: from an event through the pure machine into the database, and only then to its effects. Every
 * method is called in the session's turn, by its supervisor and by what that lets have a turn.
 */
export class SessionSteps implements Turn {
  readonly #deps: SupervisorDeps;
  readonly #name: string;
  readonly #status: SessionStatus;
  readonly #account: AccountKeeper;
  readonly #parts: SessionParts;
  readonly #isEnding: () => boolean;
  /** Whether its login is another session's here as well. */
  readonly doubles: Doubles;
  readonly events: RunEvents;
  readonly #clock: StateClock;
  #current: OwnedRun | null = null;
  /** A wrong account is unlinked as soon as its page can do it. */
  isToUnlink = false;

  constructor(deps: SupervisorDeps, name: string, parts: SessionParts, { isEnding, later }: StepMeans) {
    const { status, account } = parts;
    this.#deps = deps;
    this.#name = name;
    this.#status = status;
    this.#account = account;
    this.#parts = parts;
    this.#isEnding = isEnding;
    this.doubles = new Doubles(
      name,
      { account, status },
      { hasBrowser: () => this.#current !== null, profileOf: (other) => deps.profiles.locate(other) },
    );
    this.#clock = new StateClock(deps.config, status, later);
    this.events = new RunEvents(deps, name, {
      ...parts,
      isCurrent: (run) => this.#current === run,
      apply: (event, detail) => this.apply(event, detail),
      refuse: (error) => this.#cannotRun(error),
      watch: () => this.#watch(),
      unlinkIfOrdered: (run) => this.#unlinkIfOrdered(run),
      endCopy: (original) => this.#endCopy(original),
      later,
    });
  }

  get state(): SessionState {
    return this.#status.state;
  }

  get isEnding(): boolean {
    return this.#isEnding();
  }

  get current(): OwnedRun | null {
    return this.#current;
  }

  /** The live run of a READY session. */
  get readyRun(): EngineRun | null {
    return this.#status.state === 'READY' ? (this.#current?.run ?? null) : null;
  }

  /** The run of a page whose account needs a person. */
  get wrongRun(): EngineRun | null {
    return this.#status.state === 'WRONG_ACCOUNT' ? (this.#current?.run ?? null) : null;
  }

  /** Closes the browser of what may be a copy of another session's login, which then has it to itself again. */
  async #endCopy(original: string): Promise<void> {
    await this.apply({ type: 'lost', reason: 'linked_elsewhere' });
    if (this.#current === null) this.#deps.comeBack(original);
  }

  /** Whether the run's wrong account was unlinked, as the operator had ordered while no browser ran. */
  async #unlinkIfOrdered(run: EngineRun): Promise<boolean> {
    if (!this.isToUnlink) return false;
    this.isToUnlink = false;
    try {
      this.doubles.refuseShared();
      await this.unlinkWrong(run);
      return true;
    } catch (error) {
      this.#deps.log.error({ session: this.#name, err: error }, 'the wrong account could not be unlinked');
      return false;
    }
  }

  async unlinkWrong(run: EngineRun): Promise<void> {
    await unlink(run, this.#deps.config.deadlines.stopMs);
    const mayLink = this.#deps.config.loginMode !== 'server';
    await this.apply({ type: 'unlinked', mayLink, reason: 'account_refused' });
  }

  async stop(reason: string): Promise<void> {
    this.isToUnlink = false;
    // Nothing runs, and STOPPED would say that a start brings the login back.
    if (isLoginErased(this.#status) && this.#current === null) return;
    // After a browser that would not end: it must be gone before STOPPED is told.
    if (this.#status.state === 'ERROR') await this.orRefuse(() => this.#endRun());
    if (this.#status.state !== 'ERROR' || this.#current === null) await this.apply({ type: 'stop', reason });
  }

  /** Stops it until it is started: no browser is left, and none comes back by itself. */
  async rest(reason: string): Promise<void> {
    await this.stop(reason);
    await this.#endRun();
    this.#clock.dropRetry();
  }

  /** What runs is left alone. */
  async holdIfOther(): Promise<void> {
    if (this.#current !== null || this.#isHeld || !(await isOtherProfile(this.#deps, this.#name))) return;
    await this.rest('place_changed');
    if (!this.#isHeld) await this.apply({ type: 'at_rest', reason: 'place_changed' });
    this.#deps.log.warn({ session: this.#name }, 'the profile in place is not the one that ran here last');
  }

  get #isHeld(): boolean {
    return isHeldBack(this.#status);
  }

  moved(reason: string): Promise<void> {
    return this.apply({ type: 'moved', reason });
  }

  async returned(account: Account | null, reason: string, isOwn: boolean): Promise<void> {
    this.#status.account = account;
    this.#account.replaced(account);
    this.#status.forgetAccountFacts();
    await this.apply({ type: 'returned', reason });
    await this.apply({ type: 'stop', reason });
    // What is in place now is what the operator has chosen of the vault, or of another machine.
    setOlderLogin(this.#deps.store.facts, this.#name, null);
    if (isOwn || this.#status.reason === 'older_than_vault') await this.apply({ type: 'at_rest', reason });
  }

  async start(reason: string): Promise<void> {
    if (this.#isEnding() || transition(this.#status.state, { type: 'start', login: 'none', reason }) === null) return;
    // A start that is asked for again must not take the page away from an owner who is giving the passkey just now.
    if (this.#status.reason === 'passkey_required' && this.#current !== null) return;
    if (this.wrongRun !== null) return;
    this.#clock.dropRetry();
    const current = new OwnedRun(this.#deps, this.#name);
    try {
      await this.#endRun();
      await this.holdIfOther();
      if (this.#isHeld) return;
      const login = await current.prepare();
      if (login === 'none' && this.#deps.config.loginMode === 'server') {
        current.release();
        await this.apply({ type: 'login_required' });
        return;
      }
      // Beside what was asked before: another session may have come up meanwhile. An order to remove the link was given with that known.
      if (login === 'saved' && !this.isToUnlink) this.doubles.refuseDouble();
      this.#current = current;
      await this.apply({ type: 'start', login, reason });
    } catch (error) {
      current.release();
      await this.#cannotRun(error);
    }
  }

  /** What keeps it from running: for lack of room it waits and tries again, anything else needs a person. */
  async #cannotRun(error: unknown): Promise<void> {
    if (!isOutOfRoom(error)) return this.#refuse(error);
    this.#deps.log.warn({ session: this.#name, err: error }, 'the session waits for room on the disk');
    const isFirst = this.#status.reason !== 'storage_failed' || this.#status.state !== 'DISCONNECTED_RECOVERABLE';
    // A launch has counted itself.
    if (this.#current === null) this.#status.attempts += 1;
    // Told once, however often it is tried.
    if (isFirst) await this.apply({ type: 'no_room' }, errorText(error));
    else await this.#scheduleRetry();
  }

  async #refuse(error: unknown): Promise<void> {
    this.#deps.log.error({ session: this.#name, err: error }, 'the session cannot run');
    await this.apply(
      { type: 'refused', reason: error instanceof LeadMasterError ? error.code : 'internal' },
      errorText(error),
    );
  }

  /** What a step throws is why the session cannot run. */
  async orRefuse(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#refuse(error);
    }
  }

  async apply(event: LifecycleEvent, detail?: string): Promise<void> {
    const step = transition(this.#status.state, event);
    if (step === null) return;
    const moved = step.state !== this.#status.state || step.reason !== '';
    if (moved) this.enter(step.state, step.reason, detail);
    for (const effect of step.effects) {
      await this.#effect(effect, step.reason);
      // One that failed has led elsewhere: a profile whose browser survived is not set aside, nor started again.
      if (this.#status.state !== step.state) return;
    }
  }

  /** Closes the browser of a state that needs a person: it waits without one. */
  async closeForPerson(): Promise<void> {
    if (this.#status.reason === 'passkey_required') await this.apply({ type: 'overdue' });
    if (this.#status.state === 'WRONG_ACCOUNT') await this.apply({ type: 'lost', reason: 'service_stopped' });
  }

  /** Writes a state down, then tells it. */
  enter(state: SessionState, reason: string, detail?: string): void {
    this.#clock.clear();
    if (!isStarting(state)) this.#current?.freePlace();
    if (state === 'READY') {
      this.#status.sawLife('lastReadyAt', 'lastProbeAt');
      this.#clock.becomeStable();
    }
    this.#status.moveTo(state, reason, detail);
  }

  async #effect(effect: Effect, reason: string): Promise<void> {
    switch (effect) {
      case 'launch':
        return this.#launch();
      case 'teardown':
        return this.orRefuse(() => this.#endRun());
      case 'set_aside':
        return this.orRefuse(() => this.setAside(reason));
      case 'relink':
        return this.start('relink');
      case 'retry':
        return this.#scheduleRetry();
      case 'halt':
        return this.apply({ type: 'stopped', reason });
      case 'watch':
        return this.#watch();
      case 'catch_up':
        if (this.#current?.run) this.#parts.inbox.follow(this.#current.run, this.#current.signal);
        return;
    }
  }

  async #launch(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    this.#status.attempts += 1;
    current.launch(this.events.listenerOf(current));
  }

  async #endRun(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    await current.end();
    // Only now: while a process may be left, the lock and the record of it stay.
    this.#current = null;
  }

  setAside(reason: string): Promise<void> {
    return setAside(this.#deps, this.#name, this.#parts, reason);
  }

  async #scheduleRetry(): Promise<void> {
    if (this.#isEnding()) return;
    this.#clock.retry(() => this.start('retry'));
  }

  async #watch(): Promise<void> {
    // While it waits for a place among the starting browsers, no deadline runs.
    if (isStarting(this.#status.state) && this.#current?.hasPlace !== true) return;
    this.#clock.watch(() => this.apply({ type: 'overdue' }));
  }
}

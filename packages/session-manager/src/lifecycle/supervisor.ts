import {
  type Account,
  errorText,
  isHeldBack,
  isLoginErased,
  LeadMasterError,
  type PairingCode,
  type QrCode,
  type SessionState,
  stateKind,
} from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { EngineRun } from '../engine/engine.ts';
import { isOutOfRoom } from '../profile/room.ts';
import { AccountKeeper } from './account-keeper.ts';
import { Capabilities } from './capabilities/capabilities.ts';
import { Doubles } from './doubles.ts';
import { setOlderLogin } from './held-back.ts';
import { Inbox } from './inbox.ts';
import { interruptedAt } from './interrupted.ts';
import { type Effect, isStarting, type LifecycleEvent, transition } from './machine.ts';
import { OwnedRun } from './owned-run.ts';
import { forgetMark, isOtherProfile } from './profile-mark.ts';
import { linkedElsewhere, linksNothing, noPairingCode } from './refusals.ts';
import { RunEvents } from './run-events.ts';
import { type KnownSession, SessionStatus, type SupervisorView } from './session-status.ts';
import type { Standing } from './standing.ts';
import { StateClock } from './state-clock.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import type { Turn } from './turn.ts';
import { mayForget, unlink } from './unlinking.ts';

/**
 * Owns one session: the only writer of its state. Everything that happens to it, asked for or not, goes through one
 * serial queue, through the pure machine, into the database, and only then has effects.
 */
export class SessionSupervisor {
  readonly name: string;
  readonly #deps: SupervisorDeps;
  readonly #queue = new SerialQueue();
  readonly #inbox: Inbox;
  readonly #account: AccountKeeper;
  readonly #status: SessionStatus;
  /** What the session can do with its page. */
  readonly capabilities: Capabilities;
  /** Whether its login is another session's here as well. */
  readonly doubles: Doubles;
  readonly #clock: StateClock;
  readonly #events: RunEvents;
  #current: OwnedRun | null = null;
  /** A wrong account is unlinked as soon as its page can say so. */
  #isToUnlink = false;
  #closing = false;
  #deleting = false;

  constructor(deps: SupervisorDeps, known: KnownSession) {
    this.#deps = deps;
    this.name = known.name;
    this.#account = new AccountKeeper(deps, known.name, known);
    // One that has never been READY here is not known to be its own.
    if (known.health.lastReadyAt !== null) this.#account.adopt(known.account);
    this.#status = new SessionStatus(deps, known, this.#account);
    this.capabilities = new Capabilities(deps, known.name);
    this.doubles = new Doubles(
      known.name,
      { account: this.#account, status: this.#status },
      { hasBrowser: () => this.#current !== null, profileOf: (name) => deps.profiles.locate(name) },
    );
    this.#inbox = new Inbox(deps, known.name, () => this.#status.sawLife('lastInboundAt'));
    this.#clock = new StateClock(deps.config, this.#status, (task) => this.#later(task));
    this.#events = new RunEvents(deps, known.name, {
      ...{ status: this.#status, inbox: this.#inbox, capabilities: this.capabilities, account: this.#account },
      isCurrent: (run) => this.#current === run,
      apply: (event, detail) => this.#apply(event, detail),
      refuse: (error) => this.#cannotRun(error),
      watch: () => this.#watch(),
      unlinkIfOrdered: (run) => this.#unlinkIfOrdered(run),
      endCopy: (original) => this.#endCopy(original),
      later: (task) => this.#later(task),
    });
  }

  /** What is known now. Cheap; touches no disk. */
  get view(): SupervisorView {
    return this.#status.view(this.#current?.run?.runtime ?? null);
  }

  /** Writes down when the session last showed life. */
  saveHealth(): void {
    this.#status.saveHealth();
  }

  get qr(): QrCode | null {
    return this.#status.qr;
  }

  /** The live run of a READY session, for sending. */
  get readyRun(): EngineRun | null {
    return this.#status.state === 'READY' ? (this.#current?.run ?? null) : null;
  }

  /** How it stands towards its messages, as of now. */
  get standing(): Standing {
    const { account, limits } = this.view;
    return { run: this.readyRun, generation: this.#current?.generation ?? null, account, limits };
  }

  /** Starts again after a copy of its login here has knocked it out, unless the operator wants it stopped. */
  comeBack(): void {
    this.#later(async () => {
      const isWanted = this.#deps.store.sessions.get(this.name)?.desired === 'running';
      if (isWanted && this.#status.reason === 'conflict') await this.#start('copy_ended');
    });
  }

  /** The run of the browser that is open, in any state of the session. */
  get liveRun(): EngineRun | null {
    return this.#current?.run ?? null;
  }

  /** Wants it to run. Resolves when the start is under way or refused; the state tells how it goes on. */
  start(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#start(reason));
  }

  /** Wants it stopped, the login kept. Resolves when the last browser process is gone. */
  stop(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#stop(reason));
  }

  /** Leaves it at rest for that reason: a start waits for the operator's confirmation, or no longer does. What runs is left alone. */
  rest(reason: string): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#current === null) await this.#apply({ type: 'at_rest', reason });
    });
  }

  /** Has it wait where the profile in place is not the one that ran here last: an older copy was put back. */
  holdIfOther(): Promise<void> {
    return this.#queue.run(() => this.#holdIfOther());
  }

  /** Marks the profile of a run again. */
  renewMark(): Promise<void> {
    return this.#queue.run(async () => this.#current?.renewMark());
  }

  /** Stops for good: after this nothing starts again by itself. */
  close(reason: string): Promise<void> {
    this.#closing = true;
    this.#current?.abort(new Error('the service is shutting down'));
    return this.#queue.run(async () => {
      // A state that needs a person is kept over a restart of the service.
      await this.#closeForPerson();
      const isSettled = stateKind(this.#status.state, this.#status.reason) === 'needs_person' && this.#current === null;
      if (!isSettled) await this.#stop(reason);
    });
  }

  /**
   * Unlinks the account at WhatsApp, then sets the profile aside. Refused where WhatsApp cannot be told: the link would
   * stay on the phone and the login would be gone.
   */
  logout(): Promise<void> {
    return this.#queue.run(async () => {
      this.doubles.refuseShared();
      const run = this.readyRun ?? this.#wrongRun;
      // Whoever logs out the session's own account may link any other; what was wrong is no word about the owner.
      const isOwn = this.#account.wrong === null;
      if (run !== null) await unlink(run, this.#deps.config.deadlines.stopMs);
      if (run !== null || (await mayForget(this.#deps.profiles, this.name, this.#status.state)))
        await this.#apply({ type: 'logout' });
      if (isOwn) this.#account.forget();
    });
  }

  /** The operator confirms the account that waits in WRONG_ACCOUNT. Messages that came meanwhile are told. */
  acceptAccount(): Promise<void> {
    return this.#queue.run(async () => {
      this.#account.require();
      this.doubles.refuseShared();
      this.#account.accept();
      this.#isToUnlink = false;
      const current = this.#current;
      if (this.#status.state !== 'WRONG_ACCOUNT') return;
      if (current?.run) await this.#events.accepted(current, current.run);
      else await this.#start('account_accepted');
    });
  }

  /**
   * Removes the link that waits in WRONG_ACCOUNT at WhatsApp, and sets its profile aside. Where no browser runs, one is
   * started for it.
   */
  unlinkAccount(): Promise<void> {
    return this.#queue.run(async () => {
      this.#account.require();
      this.doubles.refuseShared();
      const run = this.#wrongRun;
      if (run !== null) return this.#unlinkWrong(run);
      this.#isToUnlink = true;
      await this.#start('account_unlink');
    });
  }

  /**
   * Stops, and moves the profile to trash. Nothing starts again, unless this fails: then the session is as it was.
   * `refuse` is asked when nothing else happens to the session any more, and may throw.
   */
  async retireForever(refuse: () => Promise<void> = async () => undefined): Promise<void> {
    this.#deleting = true;
    this.#current?.abort(new Error('the session is being deleted'));
    try {
      await this.#queue.run(async () => {
        await refuse();
        await this.#rest('deleted');
        await this.#setAside('deleted');
      });
    } catch (error) {
      this.#deleting = false;
      throw error;
    }
  }

  async requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode> {
    const run = this.#current?.run;
    if (this.#deps.config.loginMode === 'server') throw linksNothing();
    if (this.#status.state !== 'QR_REQUIRED' || !run) throw noPairingCode(this.name, this.view);
    const other = this.#deps.linkedIn({ id: `${phone}@c.us`, phone, name: '' }, this.name);
    if (other !== null) throw linkedElsewhere(this.name, phone, other.session);
    return run.requestPairingCode(phone, signal);
  }

  /** Runs a task when nothing else happens to the session. */
  inTurn<T>(task: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#queue.run(() =>
      task({
        state: this.#status.state,
        current: this.#current,
        isEnding: this.#closing || this.#deleting,
        start: (reason) => this.#start(reason),
        rest: (reason) => this.#rest(reason),
        returned: (account, reason, isOwn) => this.#returned(account, reason, isOwn),
        moved: (reason) => this.#apply({ type: 'moved', reason }),
        holdIfOther: () => this.#holdIfOther(),
      }),
    );
  }

  /** The state is the one that the last process left; nothing runs now. Called once, before anything is started. */
  recover(): Promise<void> {
    return this.#queue.run(async () => {
      switch (await interruptedAt(this.#deps, this.name, this.#status.state)) {
        case 'given_away':
          return this.#finishMove();
        case 'come_back':
          return this.#apply({ type: 'returned', reason: 'moved_here' });
        case 'at_rest':
          return this.#closeForPerson();
        case 'running':
          return this.#commit('STOPPED', 'service_ended_unexpectedly');
      }
    });
  }

  /** A crash came between the word and the move to trash. */
  async #finishMove(): Promise<void> {
    if (this.#status.state === 'MOVED') return this.#orRefuse(() => this.#setAside('moved'));
    this.#commit('STOPPED', 'service_ended_unexpectedly');
    await this.#apply({ type: 'moved', reason: 'transferred' });
  }

  /** The run of a page whose account waits for the operator. */
  get #wrongRun(): EngineRun | null {
    return this.#status.state === 'WRONG_ACCOUNT' ? (this.#current?.run ?? null) : null;
  }

  /** Closes the browser of what may be a copy of another session's login, which then has it to itself again. */
  async #endCopy(original: string): Promise<void> {
    await this.#apply({ type: 'lost', reason: 'linked_elsewhere' });
    if (this.#current === null) this.#deps.comeBack(original);
  }

  /** Whether the run's wrong account was unlinked, as the operator had ordered while no browser ran. */
  async #unlinkIfOrdered(run: EngineRun): Promise<boolean> {
    if (!this.#isToUnlink) return false;
    this.#isToUnlink = false;
    try {
      this.doubles.refuseShared();
      await this.#unlinkWrong(run);
      return true;
    } catch (error) {
      this.#deps.log.error({ session: this.name, err: error }, 'the wrong account could not be unlinked');
      return false;
    }
  }

  async #unlinkWrong(run: EngineRun): Promise<void> {
    await unlink(run, this.#deps.config.deadlines.stopMs);
    const mayLink = this.#deps.config.loginMode !== 'server';
    await this.#apply({ type: 'unlinked', mayLink, reason: 'account_refused' });
  }

  async #stop(reason: string): Promise<void> {
    this.#isToUnlink = false;
    // Nothing runs, and STOPPED would say that a start brings the login back.
    if (isLoginErased(this.#status) && this.#current === null) return;
    // After a browser that would not end: it must be gone before STOPPED is told.
    if (this.#status.state === 'ERROR') await this.#orRefuse(() => this.#endRun());
    if (this.#status.state !== 'ERROR' || this.#current === null) await this.#apply({ type: 'stop', reason });
  }

  /** Stops it until it is started: no browser is left, and none comes back by itself. */
  async #rest(reason: string): Promise<void> {
    await this.#stop(reason);
    await this.#endRun();
    this.#clock.dropRetry();
  }

  /** What runs is left alone. */
  async #holdIfOther(): Promise<void> {
    if (this.#current !== null || this.#isHeld || !(await isOtherProfile(this.#deps, this.name))) return;
    await this.#rest('place_changed');
    if (!this.#isHeld) await this.#apply({ type: 'at_rest', reason: 'place_changed' });
    this.#deps.log.warn({ session: this.name }, 'the profile in place is not the one that ran here last');
  }

  get #isHeld(): boolean {
    return isHeldBack(this.#status);
  }

  /** Another login is in the profile. */
  async #returned(account: Account | null, reason: string, isOwn: boolean): Promise<void> {
    this.#status.account = account;
    this.#account.replaced(account);
    this.#status.forgetAccountFacts();
    await this.#apply({ type: 'returned', reason });
    await this.#apply({ type: 'stop', reason });
    // What is in place now is what the operator has chosen of the vault, or of another machine.
    setOlderLogin(this.#deps.store.vault, this.name, null);
    if (isOwn || this.#status.reason === 'older_than_vault') await this.#apply({ type: 'at_rest', reason });
  }

  async #start(reason: string): Promise<void> {
    if (
      this.#closing ||
      this.#deleting ||
      transition(this.#status.state, { type: 'start', login: 'none', reason }) === null
    )
      return;
    // A start that is asked for again must not take the page away from an owner who is giving the passkey just now.
    if (this.#status.reason === 'passkey_required' && this.#current !== null) return;
    if (this.#wrongRun !== null) return;
    this.#clock.dropRetry();
    const current = new OwnedRun(this.#deps, this.name);
    try {
      await this.#endRun();
      await this.#holdIfOther();
      if (this.#isHeld) return;
      const login = await current.prepare();
      if (login === 'none' && this.#deps.config.loginMode === 'server') {
        current.release();
        await this.#apply({ type: 'login_required' });
        return;
      }
      // Beside what was asked before: another session may have come up meanwhile. The operator who has the link removed knows of it.
      if (login === 'saved' && !this.#isToUnlink) this.doubles.refuseDouble();
      this.#current = current;
      await this.#apply({ type: 'start', login, reason });
    } catch (error) {
      current.release();
      await this.#cannotRun(error);
    }
  }

  /** What keeps it from running: for lack of room it waits and tries again, everything else waits for the operator. */
  async #cannotRun(error: unknown): Promise<void> {
    if (!isOutOfRoom(error)) return this.#refuse(error);
    this.#deps.log.warn({ session: this.name, err: error }, 'the session waits for room on the disk');
    const isFirst = this.#status.reason !== 'storage_failed' || this.#status.state !== 'DISCONNECTED_RECOVERABLE';
    // A launch has counted itself.
    if (this.#current === null) this.#status.attempts += 1;
    // Told once, however often it is tried.
    if (isFirst) await this.#apply({ type: 'no_room' }, errorText(error));
    else await this.#scheduleRetry();
  }

  async #refuse(error: unknown): Promise<void> {
    this.#deps.log.error({ session: this.name, err: error }, 'the session cannot run');
    await this.#apply(
      { type: 'refused', reason: error instanceof LeadMasterError ? error.code : 'internal' },
      errorText(error),
    );
  }

  async #orRefuse(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#refuse(error);
    }
  }

  async #apply(event: LifecycleEvent, detail?: string): Promise<void> {
    const step = transition(this.#status.state, event);
    if (step === null) return;
    const moved = step.state !== this.#status.state || step.reason !== '';
    if (moved) this.#commit(step.state, step.reason, detail);
    for (const effect of step.effects) {
      await this.#effect(effect, step.reason);
      // One that failed has led elsewhere: a profile whose browser survived is not set aside, nor started again.
      if (this.#status.state !== step.state) return;
    }
  }

  /** Closes the browser of a state that waits for the operator; a failure changes nothing about that. */
  async #closeForPerson(): Promise<void> {
    if (this.#status.reason === 'passkey_required') await this.#apply({ type: 'overdue' });
    if (this.#status.state === 'WRONG_ACCOUNT') await this.#apply({ type: 'lost', reason: 'service_stopped' });
  }

  #commit(state: SessionState, reason: string, detail?: string): void {
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
        return this.#orRefuse(() => this.#endRun());
      case 'retire':
        return this.#orRefuse(() => this.#setAside(reason));
      case 'relink':
        return this.#start('relink');
      case 'retry':
        return this.#scheduleRetry();
      case 'halt':
        return this.#apply({ type: 'stopped', reason });
      case 'watch':
        return this.#watch();
      case 'catch_up':
        if (this.#current?.run) this.#inbox.follow(this.#current.run, this.#current.signal);
        return;
    }
  }

  async #launch(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    this.#status.attempts += 1;
    current.launch(this.#events.listenerOf(current));
  }

  async #endRun(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    await current.end();
    // Only now: while a process may be left, the lock and the record of it stay.
    this.#current = null;
  }

  /** Moves the profile to trash. From before the move on, a missing folder is no lost login. */
  async #setAside(reason: string): Promise<void> {
    if (this.#status.state === 'MOVED') this.#inbox.gaveAway();
    else this.#inbox.unlinked();
    this.#deps.outbox.abandon(this.name);
    forgetMark(this.#deps.store.vault, this.name);
    const path = await this.#deps.profiles.trash(this.name, reason);
    this.#status.account = null;
    this.#account.gone();
    this.#status.forgetAccountFacts();
    this.#deps.log.info({ session: this.name, path, reason }, 'the profile was moved to trash');
  }

  async #scheduleRetry(): Promise<void> {
    if (this.#closing || this.#deleting) return;
    this.#clock.retry(() => this.#start('retry'));
  }

  async #watch(): Promise<void> {
    // While it waits for a place among the starting browsers, no deadline runs.
    if (isStarting(this.#status.state) && this.#current?.hasPlace !== true) return;
    this.#clock.watch(() => this.#apply({ type: 'overdue' }));
  }

  /** Queues work without a waiting caller. */
  #later(task: () => Promise<void>): void {
    this.#queue.run(task).catch((error: unknown) => {
      this.#deps.log.error({ session: this.name, err: error }, 'an event could not be handled');
    });
  }
}

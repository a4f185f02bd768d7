import {
  type Account,
  errorText,
  type Feature,
  isLoginErased,
  LeadMasterError,
  type PairingCode,
  type QrCode,
  type SessionState,
  stateKind,
} from '@leadmaster/protocol';
import { SerialQueue } from '../concurrency/serial-queue.ts';
import type { EngineEvent, EngineRun } from '../engine/engine.ts';
import { backoffMs } from './backoff.ts';
import { Capabilities } from './capabilities/capabilities.ts';
import { Inbox } from './inbox.ts';
import { type Effect, isStarting, type LifecycleEvent, transition } from './machine.ts';
import { OwnedRun } from './owned-run.ts';
import { notWaitingForQr } from './refusals.ts';
import { type KnownSession, SessionStatus, type SupervisorView } from './session-status.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { Timers } from './timers.ts';

/** Launches that fail one after the other before it is no longer a matter of waiting. */
const LAUNCH_FAILURES_MAX = 5;

/** How long a page waits for a passkey where it does not say (whatsapp-web-2026, 4.2), and at most. */
const PASSKEY_MS = 120_000;
const PASSKEY_MAX_MS = 15 * 60_000;

/** A session while a task has its turn in the session's queue: how it stands as the turn begins, and what the task may do. */
export interface Turn {
  readonly state: SessionState;
  /** What runs, or is just starting. */
  readonly current: OwnedRun | null;
  /** It is being deleted, or the service is shutting down. */
  readonly isEnding: boolean;
  start(reason: string): Promise<void>;
  /** Stops it, and resolves when the last browser process is gone. */
  rest(reason: string): Promise<void>;
  /** Says that another login lies in the profile now, and whose. */
  returned(account: Account | null, reason: string): Promise<void>;
  /** Says that the session lives elsewhere from now on; its profile goes to trash. */
  moved(reason: string): Promise<void>;
}

/**
 * Owns one session: the only writer of its state. Everything that happens to it, asked for or not, goes through one
 * serial queue, through the pure machine, into the database, and only then has effects.
 */
export class SessionSupervisor {
  readonly name: string;
  readonly #deps: SupervisorDeps;
  readonly #queue = new SerialQueue();
  readonly #inbox: Inbox;
  readonly #status: SessionStatus;
  /** What the session can do with its page. */
  readonly capabilities: Capabilities;
  #current: OwnedRun | null = null;
  #launchFailures = 0;
  #closing = false;
  #deleting = false;
  readonly #timers = new Timers<'watch' | 'retry' | 'stable'>((task) => this.#later(task));

  constructor(deps: SupervisorDeps, known: KnownSession) {
    this.#deps = deps;
    this.name = known.name;
    this.#status = new SessionStatus(deps, known);
    this.capabilities = new Capabilities(deps, known.name);
    this.#inbox = new Inbox(deps, known.name, () => this.#status.sawLife('lastInboundAt'));
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

  /** Why a feature of its page is not used now, or null. */
  refusal(feature: Feature): LeadMasterError | null {
    return this.capabilities.refusal(feature);
  }

  /** Wants it to run. Resolves when the start is under way or refused; the state tells how it goes on. */
  start(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#start(reason));
  }

  /** Wants it stopped, the login kept. Resolves when the last browser process is gone. */
  stop(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#stop(reason));
  }

  /** Stops for good: after this nothing starts again by itself. */
  close(reason: string): Promise<void> {
    this.#closing = true;
    this.#current?.abort(new Error('the service is shutting down'));
    return this.#queue.run(async () => {
      // What a person must look at is still so when the service is back.
      await this.#giveUpPasskey();
      const isSettled = stateKind(this.#status.state) === 'needs_person' && this.#current === null;
      if (!isSettled) await this.#stop(reason);
    });
  }

  /**
   * Unlinks the account at WhatsApp, then sets the profile aside. Refused where WhatsApp cannot be told: the link would
   * stay on the phone and the login would be gone.
   */
  logout(): Promise<void> {
    return this.#queue.run(async () => {
      const run = this.readyRun;
      if (run !== null) await this.#unlink(run);
      else if (transition(this.#status.state, { type: 'logout' }) === null || (await this.#holdsLogin())) {
        if (this.#status.state === 'STOPPED' && !(await this.#holdsLogin())) return;
        throw new LeadMasterError(
          'wrong_state',
          `${this.name} is ${this.#status.state}, and only a READY session can tell WhatsApp to remove its link`,
          `Start it first ("./leadmaster session start ${this.name}"), or delete it and remove the linked device on the phone.`,
        );
      }
      await this.#apply({ type: 'logout' });
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
    if (this.#deps.config.loginMode === 'server') {
      throw new LeadMasterError(
        'login_mode_server',
        'LOGIN_MODE=server never links an account',
        'Start the service with LOGIN_MODE=qr or local to link one.',
      );
    }
    if (this.#status.state !== 'QR_REQUIRED' || !run) {
      const hint = this.view.hint || 'A pairing code can be asked for while the session is in QR_REQUIRED.';
      throw notWaitingForQr(this.name, this.view, hint);
    }
    return run.requestPairingCode(phone, signal);
  }

  /** Measures the browser's memory, if there is one; the figure is in the view afterwards. */
  async measureMemory(): Promise<void> {
    await this.#current?.run?.measureMemory();
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
        returned: (account, reason) => this.#returned(account, reason),
        moved: (reason) => this.#apply({ type: 'moved', reason }),
      }),
    );
  }

  /** The state is whatever the last process left; nothing runs now. Called once, before anything is started. */
  recover(): Promise<void> {
    return this.#queue.run(async () => {
      const place = await this.#inPlace();
      if (place === 'given_away') return this.#finishMove();
      if (this.#status.state === 'MOVED' && place === 'come_back')
        return this.#apply({ type: 'returned', reason: 'moved_here' });
      if (
        this.#status.state === 'STOPPED' ||
        this.#status.state === 'MOVED' ||
        (stateKind(this.#status.state) === 'needs_person' && this.#status.state !== 'QR_REQUIRED')
      )
        return this.#giveUpPasskey();
      this.#commit('STOPPED', 'service_ended_unexpectedly');
    });
  }

  /**
   * What became of a session that was given away once: its profile is still in place, or a newer one is, and a crash came
   * before that was told. What cannot be read is looked at when it is started.
   */
  async #inPlace(): Promise<'given_away' | 'come_back' | null> {
    const moved = this.#deps.store.vault.movedGeneration(this.name);
    const record = moved === null ? null : await this.#deps.profiles.readRecord(this.name).catch(() => null);
    if (moved === null || record === null) return null;
    return record.generation <= moved ? 'given_away' : 'come_back';
  }

  /** A crash came between the word and the move to trash. */
  async #finishMove(): Promise<void> {
    if (this.#status.state === 'MOVED') return this.#retire('moved');
    this.#commit('STOPPED', 'service_ended_unexpectedly');
    await this.#apply({ type: 'moved', reason: 'transferred' });
  }

  async #stop(reason: string): Promise<void> {
    // Nothing runs, and STOPPED would say that a start brings the login back.
    if (isLoginErased(this.#status) && this.#current === null) return;
    // After a browser that would not end: it must be gone before anybody is told STOPPED.
    if (this.#status.state === 'ERROR') await this.#teardown();
    if (this.#status.state !== 'ERROR' || this.#current === null) await this.#apply({ type: 'stop', reason });
  }

  /** Stops it until it is started: no browser is left, and none comes back by itself. */
  async #rest(reason: string): Promise<void> {
    await this.#stop(reason);
    await this.#endRun();
    this.#timers.disarm('retry');
  }

  /** Another login lies in the profile. */
  async #returned(account: Account | null, reason: string): Promise<void> {
    this.#status.account = account;
    this.#status.forgetAccountFacts();
    await this.#apply({ type: 'returned', reason });
    await this.#apply({ type: 'stop', reason });
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
    this.#timers.disarm('retry');
    const current = new OwnedRun(this.#deps, this.name);
    try {
      await this.#endRun();
      const login = await current.prepare();
      if (login === 'none' && this.#deps.config.loginMode === 'server') {
        current.release();
        await this.#apply({ type: 'login_required' });
        return;
      }
      this.#current = current;
      await this.#apply({ type: 'start', login, reason });
    } catch (error) {
      current.release();
      await this.#refuse(error);
    }
  }

  async #refuse(error: unknown): Promise<void> {
    this.#deps.log.error({ session: this.name, err: error }, 'the session cannot run');
    await this.#apply(
      { type: 'refused', reason: error instanceof LeadMasterError ? error.code : 'internal' },
      errorText(error),
    );
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

  /** What ends the wait for a passkey from outside leaves the same behind as its deadline: a person has to come. */
  async #giveUpPasskey(): Promise<void> {
    if (this.#status.reason === 'passkey_required') await this.#apply({ type: 'overdue' });
  }

  #commit(state: SessionState, reason: string, detail?: string): void {
    this.#timers.disarm('watch');
    this.#timers.disarm('stable');
    this.#timers.disarm('retry');
    if (!isStarting(state)) this.#current?.freePlace();
    if (state === 'READY') this.#becameReady();
    this.#status.moveTo(state, reason, detail);
  }

  #becameReady(): void {
    this.#status.sawLife('lastReadyAt', 'lastProbeAt');
    this.#timers.arm('stable', this.#deps.config.backoff.stableAfterMs, async () => {
      this.#status.attempts = 0;
    });
  }

  async #effect(effect: Effect, reason: string): Promise<void> {
    switch (effect) {
      case 'launch':
        return this.#launch();
      case 'teardown':
        return this.#teardown();
      case 'retire':
        return this.#retire(reason);
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
    current.launch({
      onPlace: () =>
        this.#later(async () =>
          this.#isCurrent(current) && isStarting(this.#status.state) ? this.#watch() : undefined,
        ),
      onEvent: (event) => this.#onEngineEvent(current, event),
      onFailure: (error) => this.#later(() => this.#launchFailed(current, error)),
    });
  }

  async #launchFailed(current: OwnedRun, error: unknown): Promise<void> {
    if (!this.#isCurrent(current)) return;
    this.#launchFailures += 1;
    const lasting = error instanceof LeadMasterError && error.code !== 'browser_failed';
    if (lasting || this.#launchFailures >= LAUNCH_FAILURES_MAX) return this.#refuse(error);
    this.#deps.log.warn({ session: this.name, err: error }, 'the browser did not start');
    return this.#apply({ type: 'lost', reason: 'launch_failed' }, errorText(error));
  }

  #onEngineEvent(current: OwnedRun, event: EngineEvent): void {
    if (!this.#isCurrent(current)) return;
    // Messages and acknowledgements are written at once: they must not wait behind a commit or a stop.
    if (event.type === 'message') this.#inbox.receive(event.message);
    else if (event.type === 'ack') this.#onAck(event);
    else if (event.type === 'mapped') this.#inbox.mapped(event);
    else
      this.#later(async () => {
        if (!this.#isCurrent(current)) return;
        try {
          await this.#handle(current, event);
        } catch (error) {
          // What cannot be written down cannot be gone on from: a link nobody knows of, a QR nobody was told.
          await this.#refuse(error);
        }
      });
  }

  #onAck(event: { ids: readonly string[]; ack: number }): void {
    this.#status.sawLife('lastAckAt');
    this.#deps.outbox.acknowledge(this.name, event.ids, event.ack);
  }

  async #handle(current: OwnedRun, event: Exclude<EngineEvent, { type: 'message' | 'ack' | 'mapped' }>): Promise<void> {
    const mayLink = this.#deps.config.loginMode !== 'server';
    switch (event.type) {
      case 'qr':
        return this.#onQr(event, mayLink);
      case 'unlinked':
        return this.#apply({ type: 'unlinked', mayLink, ...unlinkReason(event.reason) }, event.reason);
      case 'erased':
        return this.#apply({ type: 'erased', reason: event.reason }, event.detail);
      case 'blocked':
        return this.#apply({ type: 'refused', reason: event.reason }, event.detail);
      case 'passkey':
        return this.#onPasskey(event.until);
      case 'deprecated':
        return this.#apply({ type: 'deprecated', pinned: this.#deps.config.webVersion !== null });
      case 'lost':
        return this.#apply({ type: 'lost', reason: event.reason }, event.detail);
      case 'socket_down':
        return this.#apply({ type: 'socket_down' }, event.state);
      case 'progress':
        // In READY only a probe counts as life.
        return this.#status.state === 'READY' ? undefined : this.#apply({ type: 'progress' });
      case 'alive':
        return this.#onAlive();
      case 'ready':
        return this.#onReady(current, event.account, event.webVersion);
      case 'limits':
        return this.#note(() => this.#status.setLimits(event.limits));
      case 'attention':
        return this.#note(() => this.#status.setAttention(event.reason));
      case 'page':
        return;
      case 'authenticated':
        if (this.#status.state === 'QR_REQUIRED' || this.#status.state === 'PASSKEY_REQUIRED')
          this.#inbox.linked(current.run);
        return this.#apply(event);
      default:
        return this.#apply(event);
    }
  }

  async #onPasskey(until: Date | null): Promise<void> {
    if (transition(this.#status.state, { type: 'passkey' }) === null) return;
    // Before the state is told: its hint and its deadline are the page's.
    this.#status.awaitPasskey(until);
    await this.#apply({ type: 'passkey' });
  }

  /** Writes down what the session can go on without; what fails is told again at the next READY. */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#deps.log.error(
        { session: this.name, err: error },
        'what WhatsApp told of the account could not be written',
      );
    }
  }

  async #onQr(event: { qr: string; expiresAt: Date; attempt: number }, mayLink: boolean): Promise<void> {
    await this.#apply({ type: 'qr', mayLink });
    if (this.#status.state !== 'QR_REQUIRED') return;
    this.#status.showQr({ qr: event.qr, expiresAt: event.expiresAt.toISOString(), attempt: event.attempt });
  }

  async #onAlive(): Promise<void> {
    if (this.#status.state !== 'READY') return;
    this.#status.sawLife('lastProbeAt');
    await this.#apply({ type: 'progress' });
  }

  /** READY is told only when the login would survive a power cut. */
  async #onReady(current: OwnedRun, account: Account, build: string): Promise<void> {
    // The page reloaded itself: what came meanwhile is looked for, and it may be of another build.
    if (this.#status.state === 'READY') {
      this.capabilities.hurry();
      return this.#inbox.hurry();
    }
    try {
      await current.commitLogin(account);
    } catch (error) {
      // Files that are not whole yet, or never stand still, may be so after another start; a disk that refuses stays so.
      const mayPass = !(error instanceof LeadMasterError) || ['timeout', 'profile_unreadable'].includes(error.code);
      if (!mayPass) return this.#refuse(error);
      return this.#apply({ type: 'lost', reason: 'login_not_committed' }, errorText(error));
    }
    this.#status.account = account;
    this.#launchFailures = 0;
    await this.#apply({ type: 'ready' });
    if (current.run !== null) this.capabilities.follow(current.run, build, current.signal);
  }

  async #unlink(run: EngineRun): Promise<void> {
    try {
      await run.logout(AbortSignal.timeout(this.#deps.config.deadlines.stopMs));
    } catch (error) {
      throw new LeadMasterError(
        'engine_failed',
        `WhatsApp did not confirm the logout: ${errorText(error)}`,
        'The login is kept. Try again, or remove the linked device on the phone.',
        { cause: error },
      );
    }
  }

  async #holdsLogin(): Promise<boolean> {
    if (this.#status.state === 'AUTH_FAILURE' || this.#status.state === 'DISCONNECTED_LOGOUT') return false;
    return (await this.#deps.profiles.loginPresence(this.name)) !== 'absent';
  }

  async #teardown(): Promise<void> {
    try {
      await this.#endRun();
    } catch (error) {
      await this.#refuse(error);
    }
  }

  async #endRun(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    await current.end();
    // Only now: while a process may be left, the lock and the record of it stay.
    this.#current = null;
  }

  async #retire(reason: string): Promise<void> {
    try {
      await this.#setAside(reason);
    } catch (error) {
      await this.#refuse(error);
    }
  }

  /** Moves the profile to trash. From before the move on, a missing folder is no lost login. */
  async #setAside(reason: string): Promise<void> {
    this.#inbox.unlinked();
    this.#deps.outbox.abandon(this.name);
    const path = await this.#deps.profiles.trash(this.name, reason);
    this.#status.account = null;
    this.#status.forgetAccountFacts();
    this.#deps.log.info({ session: this.name, path, reason }, 'the profile was moved to trash');
  }

  async #scheduleRetry(): Promise<void> {
    if (this.#closing || this.#deleting) return;
    const pause = backoffMs(this.#status.attempts - 1, this.#deps.config.backoff);
    this.#status.nextAttemptAt = new Date(Date.now() + pause);
    this.#timers.arm('retry', pause, () => this.#start('retry'));
  }

  async #watch(): Promise<void> {
    // While it waits for a place among the starting browsers, no deadline runs.
    if (isStarting(this.#status.state) && this.#current?.hasPlace !== true) return;
    const ms = this.#watchMs();
    this.#timers.arm('watch', ms, () => this.#apply({ type: 'overdue' }));
  }

  /** How long the state may last without a sign of life. */
  #watchMs(): number {
    const { probe, deadlines } = this.#deps.config;
    if (this.#status.state === 'AUTHENTICATED') return deadlines.syncMs;
    if (this.#status.state === 'PASSKEY_REQUIRED') return passkeyMs(this.#status.passkeyUntil);
    return isStarting(this.#status.state) ? deadlines.launchMs + deadlines.loadMs : probe.deadlineMs;
  }

  /** Queues what nobody waits for. */
  #later(task: () => Promise<void>): void {
    this.#queue.run(task).catch((error: unknown) => {
      this.#deps.log.error({ session: this.name, err: error }, 'an event could not be handled');
    });
  }

  #isCurrent(run: OwnedRun): boolean {
    return this.#current === run;
  }
}

/** How long a passkey is still waited for: the page's own time, within bounds. */
function passkeyMs(until: Date | null): number {
  if (until === null) return PASSKEY_MS;
  return Math.min(PASSKEY_MAX_MS, Math.max(0, until.getTime() - Date.now()));
}

/** The library's own words for an unlink say nothing more than that it happened. */
function unlinkReason(said: string): { reason?: string } {
  return /^[a-z_]+$/.test(said) ? { reason: said } : {};
}

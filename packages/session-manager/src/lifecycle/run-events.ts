import { type Account, errorText, LeadMasterError, type WrongAccountReason } from '@leadmaster/protocol';
import type { EngineEvent, EngineRun } from '../engine/engine.ts';
import { mayBeCopyOf } from '../snapshots/wrong-account.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { noteBounds } from './bounds-beside-login.ts';
import type { Capabilities } from './capabilities/capabilities.ts';
import { ADOPTED_UNFINISHED } from './hints.ts';
import type { Inbox } from './inbox.ts';
import { isStarting, type LifecycleEvent, transition } from './machine.ts';
import type { LaunchListener, OwnedRun } from './owned-run.ts';
import type { SessionStatus } from './session-status.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** Launches that fail one after the other before it is no longer a matter of waiting. */
const LAUNCH_FAILURES_MAX = 5;

/** The supervisor's own means, lent to what handles the words of its runs. */
export interface RunEventMeans {
  status: SessionStatus;
  inbox: Inbox;
  capabilities: Capabilities;
  /** Whose session it is. */
  account: AccountKeeper;
  /** Whether the run is still the one that the session has. */
  isCurrent: (run: OwnedRun) => boolean;
  /** Takes an event through the machine, with all that follows. Called in the session's turn. */
  apply: (event: LifecycleEvent, detail?: string) => Promise<void>;
  /** The session cannot run. Called in the session's turn. */
  refuse: (error: unknown) => Promise<void>;
  /** Gives the state its deadline. Called in the session's turn. */
  watch: () => Promise<void>;
  /** Unlinks a wrong account where the operator has ordered that; whether it did. Called in the session's turn. */
  unlinkIfOrdered: (run: EngineRun) => Promise<boolean>;
  /** Closes the browser of what may be a copy of another session's login. Called in the session's turn. */
  endCopy: (original: string) => Promise<void>;
  /** Queues a task for the session's turn. */
  later: (task: () => Promise<void>) => void;
}

type StateEvent = Exclude<EngineEvent, { type: 'message' | 'ack' | 'mapped' }>;

/** What is heard of a run, and what follows for the session. A run that is over is not listened to. */
export class RunEvents {
  readonly #deps: SupervisorDeps;
  readonly #name: string;
  readonly #means: RunEventMeans;
  #launchFailures = 0;

  constructor(deps: SupervisorDeps, name: string, means: RunEventMeans) {
    this.#deps = deps;
    this.#name = name;
    this.#means = means;
  }

  /** What listens to a run from its launch on. */
  listenerOf(current: OwnedRun): LaunchListener {
    const { later, inbox } = this.#means;
    inbox.hold();
    return {
      onPlace: () => later(() => this.#onPlace(current)),
      onEvent: (event) => this.#onEvent(current, event),
      onFailure: (error) => later(() => this.#onFailure(current, error)),
    };
  }

  async #onPlace(current: OwnedRun): Promise<void> {
    const { isCurrent, status, watch } = this.#means;
    if (isCurrent(current) && isStarting(status.state)) await watch();
  }

  async #onFailure(current: OwnedRun, error: unknown): Promise<void> {
    const { isCurrent, apply, refuse } = this.#means;
    if (!isCurrent(current)) return;
    if (error instanceof LeadMasterError && error.code !== 'browser_failed') return refuse(error);
    this.#launchFailures += 1;
    if (this.#launchFailures >= LAUNCH_FAILURES_MAX) return refuse(error);
    this.#deps.log.warn({ session: this.#name, err: error }, 'the browser did not start');
    return apply({ type: 'lost', reason: 'launch_failed' }, errorText(error));
  }

  #onEvent(current: OwnedRun, event: EngineEvent): void {
    const { inbox, isCurrent, later } = this.#means;
    if (!isCurrent(current)) return;
    // Messages and acknowledgements are written at once: they must not wait behind a commit or a stop.
    if (event.type === 'message') inbox.receive(event.message);
    else if (event.type === 'ack') this.#onAck(event);
    else if (event.type === 'mapped') inbox.mapped(event);
    else later(() => this.#inTurn(current, event));
  }

  #onAck({ ids, ack }: { ids: readonly string[]; ack: number }): void {
    this.#means.status.sawLife('lastAckAt');
    this.#deps.outbox.acknowledge(this.#name, ids, ack);
  }

  async #inTurn(current: OwnedRun, event: StateEvent): Promise<void> {
    if (!this.#means.isCurrent(current)) return;
    try {
      await this.#handle(current, event);
    } catch (error) {
      // A failed write ends the run: the session would have an unknown link, or a QR without an event.
      await this.#means.refuse(error);
    }
  }

  async #handle(current: OwnedRun, event: StateEvent): Promise<void> {
    const { apply, status } = this.#means;
    const mayLink = this.#deps.config.loginMode !== 'server';
    switch (event.type) {
      case 'qr':
        return this.#onQr(current, event, mayLink);
      case 'unlinked':
        return this.#onUnlinked(current, event.reason, mayLink);
      case 'erased':
        return apply({ type: 'erased', reason: event.reason }, event.detail);
      case 'blocked':
        return apply({ type: 'refused', reason: event.reason }, event.detail);
      case 'passkey':
        return this.#onPasskey(event.until);
      case 'deprecated':
        return apply({ type: 'deprecated', pinned: this.#deps.config.webVersion !== null });
      case 'lost':
        return apply({ type: 'lost', reason: event.reason }, event.detail);
      case 'socket_down':
        return apply({ type: 'socket_down' }, event.state);
      case 'progress':
        // In READY only a probe counts as life.
        return status.state === 'READY' ? undefined : apply({ type: 'progress' });
      case 'alive':
        return this.#onAlive();
      case 'authenticated':
        return this.#onAuthenticated(current);
      case 'ready':
        return this.#onReady(current, event.account, event.webVersion);
      case 'limits':
        this.#note(() => status.setLimits(event.limits));
        return this.#deps.outbox.restricted(this.#name);
      case 'attention':
        return this.#note(() => status.setAttention(event.reason));
      case 'unreachable':
        return status.setUnreachable(event.found);
      case 'page':
        return;
      default:
        return apply(event);
    }
  }

  async #onQr(
    { unfinished }: OwnedRun,
    event: { qr: string; expiresAt: Date; attempt: number },
    mayLink: boolean,
  ): Promise<void> {
    const { apply, status } = this.#means;
    await apply({ type: 'qr', mayLink, ...notTaken(unfinished) }, unfinished.join(', '));
    if (status.state !== 'QR_REQUIRED') return;
    status.showQr({ qr: event.qr, expiresAt: event.expiresAt.toISOString(), attempt: event.attempt });
  }

  async #onUnlinked({ unfinished }: OwnedRun, said: string, mayLink: boolean): Promise<void> {
    const detail = [said, ...unfinished].join(', ');
    await this.#means.apply({ type: 'unlinked', mayLink, ...notTaken(unfinished), ...unlinkReason(said) }, detail);
  }

  async #onPasskey(until: Date | null): Promise<void> {
    const { apply, status } = this.#means;
    if (transition(status.state, { type: 'passkey' }) === null) return;
    // Before the state is told: its hint and its deadline come from the page.
    status.awaitPasskey(until);
    await apply({ type: 'passkey' });
  }

  async #onAuthenticated({ run }: OwnedRun): Promise<void> {
    const { apply, status, inbox } = this.#means;
    if (status.state === 'QR_REQUIRED' || status.state === 'PASSKEY_REQUIRED') inbox.linked(run);
    await apply({ type: 'authenticated' });
  }

  async #onAlive(): Promise<void> {
    const { apply, status } = this.#means;
    if (status.state !== 'READY') return;
    status.sawLife('lastProbeAt');
    await apply({ type: 'progress' });
  }

  /** READY is told only when the login would survive a power cut. */
  async #onReady(current: OwnedRun, account: Account, build: string): Promise<void> {
    const { apply, status, inbox, capabilities, account: keeper } = this.#means;
    // The page reloaded itself: what came meanwhile is looked for, and it may be of another build.
    if (status.state === 'READY') {
      capabilities.hurry();
      return inbox.hurry();
    }
    const isNewLink = current.linksAnew && !current.isCommitted;
    if (!(await this.#isCommitted(current, account))) return;
    this.#launchFailures = 0;
    const wrong = keeper.judge(account, isNewLink);
    status.account = account;
    // A number that has changed is the expected one from now on.
    await noteBounds(this.#deps, this.#name);
    if (wrong !== null) return this.#onWrong(current, wrong);
    inbox.release();
    await apply({ type: 'ready' });
    if (current.run !== null) capabilities.follow(current.run, build, current.signal);
  }

  async #onWrong({ run }: OwnedRun, reason: WrongAccountReason): Promise<void> {
    const { account, apply, endCopy, unlinkIfOrdered } = this.#means;
    if (run !== null && (await unlinkIfOrdered(run))) return;
    await apply({ type: 'wrong_account', reason });
    // A link of its own hurts no other session; it stays open, so that it can be removed at WhatsApp.
    const original = mayBeCopyOf(account.wrong);
    if (original !== null) await endCopy(original);
  }

  /** The operator has confirmed the account of a run: it is READY, and its waiting news are told. */
  async accepted(current: OwnedRun, run: EngineRun): Promise<void> {
    const { apply, inbox, capabilities } = this.#means;
    inbox.release();
    await noteBounds(this.#deps, this.#name);
    await apply({ type: 'accepted' });
    capabilities.follow(run, run.runtime.webVersion ?? '', current.signal);
  }

  async #isCommitted(current: OwnedRun, account: Account): Promise<boolean> {
    const { apply, refuse } = this.#means;
    try {
      await current.commitLogin(account);
      return true;
    } catch (error) {
      // Files that are not whole yet, or never stand still, may be so after another start; a disk that refuses stays so.
      const mayPass = !(error instanceof LeadMasterError) || ['timeout', 'profile_unreadable'].includes(error.code);
      if (mayPass) await apply({ type: 'lost', reason: 'login_not_committed' }, errorText(error));
      else await refuse(error);
      return false;
    }
  }

  /** Writes what the session can run without; a failed write is repeated at the next READY. */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#deps.log.error(
        { session: this.#name, err: error },
        'what WhatsApp told of the account could not be written',
      );
    }
  }
}

/** Why a login that WhatsApp has not taken since it was adopted may be over; nothing where only an unlink can be the reason. */
function notTaken(unfinished: readonly string[]): { reason?: string } {
  return unfinished.length === 0 ? {} : { reason: ADOPTED_UNFINISHED };
}

/** The library's own words for an unlink say nothing more than that it happened. */
function unlinkReason(said: string): { reason?: string } {
  return /^[a-z_]+$/.test(said) ? { reason: said } : {};
}

import { isOtherPhone, type PairingCode, type QrCode, stateKind } from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { EngineRun } from '../engine/engine.ts';
import { AccountKeeper } from './account-keeper.ts';
import { AccountOrders } from './account-orders.ts';
import { Capabilities } from './capabilities/capabilities.ts';
import type { Doubles } from './doubles.ts';
import { Inbox } from './inbox.ts';
import { recover } from './interrupted.ts';
import { linkedElsewhere, linksNothing, noPairingCode, otherPhone } from './refusals.ts';
import { type KnownSession, SessionStatus, type SupervisorView } from './session-status.ts';
import { SessionSteps } from './session-steps.ts';
import type { Standing } from './standing.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import type { Turn } from './turn.ts';

/**
 * Owns one session: the only writer of its state. Everything that happens to it, asked for or not, takes its turn in one
 * serial queue; `SessionSteps` does what is done in a turn.
 */
export class SessionSupervisor {
  readonly name: string;
  readonly #deps: SupervisorDeps;
  readonly #queue = new SerialQueue();
  readonly #status: SessionStatus;
  readonly #steps: SessionSteps;
  readonly #orders: AccountOrders;
  /** What the session can do with its page. */
  readonly capabilities: Capabilities;
  #closing = false;
  #deleting = false;

  constructor(deps: SupervisorDeps, known: KnownSession) {
    const { name } = known;
    this.#deps = deps;
    this.name = name;
    const account = new AccountKeeper(deps, name, known);
    // One that has never been READY here is not known to be its own.
    if (known.health.lastReadyAt !== null) account.adopt(known.account);
    this.#status = new SessionStatus(deps, known, account);
    this.capabilities = new Capabilities(deps, name);
    const inbox = new Inbox(deps, name, () => this.#status.sawLife('lastInboundAt'));
    const parts = { status: this.#status, account, capabilities: this.capabilities, inbox };
    this.#steps = new SessionSteps(deps, name, parts, {
      isEnding: () => this.#closing || this.#deleting,
      later: (task) => this.#later(task),
    });
    const unlinkMs = deps.config.deadlines.stopMs;
    this.#orders = new AccountOrders(name, { steps: this.#steps, account, profiles: deps.profiles, unlinkMs });
  }

  /** What is known now. Cheap; touches no disk. */
  get view(): SupervisorView {
    return this.#status.view(this.liveRun?.runtime ?? null);
  }

  /** Whether its login is another session's here as well. */
  get doubles(): Doubles {
    return this.#steps.doubles;
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
    return this.#steps.readyRun;
  }

  /** The run of the browser that is open, in every state of the session. */
  get liveRun(): EngineRun | null {
    return this.#steps.current?.run ?? null;
  }

  /** How it stands towards its messages, as of now. */
  get standing(): Standing {
    const { account, limits } = this.view;
    return { run: this.readyRun, generation: this.#steps.current?.generation ?? null, account, limits };
  }

  /** Starts again after a copy of its login here has knocked it out, unless the operator wants it stopped. */
  comeBack(): void {
    this.#later(async () => {
      const isWanted = this.#deps.store.sessions.get(this.name)?.desired === 'running';
      if (isWanted && this.#status.reason === 'conflict') await this.#steps.start('copy_ended');
    });
  }

  /** Wants it to run. Resolves when the start is under way or refused; the state tells how it continues. */
  start(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#steps.start(reason));
  }

  /** Wants it stopped, the login kept. Resolves when the last browser process is gone. */
  stop(reason = 'requested'): Promise<void> {
    return this.#queue.run(() => this.#steps.stop(reason));
  }

  /** Leaves it at rest for that reason: a start waits for the operator's confirmation, or no longer does. What runs is left alone. */
  rest(reason: string): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#steps.current === null) await this.#steps.apply({ type: 'at_rest', reason });
    });
  }

  /** Has it wait where the profile in place is not the one that ran here last: an older copy was put back. */
  holdIfOther(): Promise<void> {
    return this.#queue.run(() => this.#steps.holdIfOther());
  }

  /** Marks the profile of a run again. */
  renewMark(): Promise<void> {
    return this.#queue.run(async () => this.#steps.current?.renewMark());
  }

  /** Stops for good: after this nothing starts again by itself. */
  close(reason: string): Promise<void> {
    this.#closing = true;
    this.#steps.current?.abort(new Error('the service is shutting down'));
    return this.#queue.run(async () => {
      // What needs a person still does when the service is back.
      await this.#steps.closeForPerson();
      const { state, reason: why } = this.#status;
      const isSettled = stateKind(state, why) === 'needs_person' && this.#steps.current === null;
      if (!isSettled) await this.#steps.stop(reason);
    });
  }

  /** @throws LeadMasterError `wrong_state`, `engine_failed`, `linked_elsewhere`; the login is then kept. */
  logout(): Promise<void> {
    return this.#queue.run(() => this.#orders.logout());
  }

  /** An order confirms that the account which waits in WRONG_ACCOUNT is right. */
  acceptAccount(): Promise<void> {
    return this.#queue.run(() => this.#orders.accept());
  }

  /** Removes the link that waits in WRONG_ACCOUNT at WhatsApp. */
  unlinkAccount(): Promise<void> {
    return this.#queue.run(() => this.#orders.unlink());
  }

  /**
   * Stops, and moves the profile to trash. Nothing starts again, unless this fails: then the session is as it was.
   * `refuse` is asked once nothing else happens to the session, and may throw.
   */
  async remove(refuse: () => Promise<void> = async () => undefined): Promise<void> {
    this.#deleting = true;
    this.#steps.current?.abort(new Error('the session is being deleted'));
    try {
      await this.#queue.run(async () => {
        await refuse();
        await this.#steps.rest('deleted');
        await this.#steps.setAside('deleted');
      });
    } catch (error) {
      this.#deleting = false;
      throw error;
    }
  }

  async requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode> {
    const run = this.liveRun;
    if (this.#deps.config.loginMode === 'server') throw linksNothing();
    if (this.#status.state !== 'QR_REQUIRED' || run === null) throw noPairingCode(this.name, this.view);
    const { expectedPhone } = this.#deps.store.bounds.of(this.name);
    if (isOtherPhone(expectedPhone, phone)) throw otherPhone(this.name, phone, expectedPhone);
    const other = this.#deps.linkedIn({ id: `${phone}@c.us`, phone, name: '' }, this.name);
    if (other !== null) throw linkedElsewhere(this.name, phone, other.session);
    return run.requestPairingCode(phone, signal);
  }

  /** Runs a task when nothing else happens to the session. */
  inTurn<T>(task: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#queue.run(() => task(this.#steps));
  }

  /** The state is the one that the last process left; nothing runs now. Called once, before anything is started. */
  recover(): Promise<void> {
    return this.#queue.run(() => recover(this.#deps, this.name, this.#steps));
  }

  /** Queues a task in the background. */
  #later(task: () => Promise<void>): void {
    this.#queue.run(task).catch((error: unknown) => {
      this.#deps.log.error({ session: this.name, err: error }, 'an event could not be handled');
    });
  }
}

import type { ProfileStore } from '../profile/profile-store.ts';
import { movedTo, noteReturn, sessionMoved } from '../state/moved-session.ts';
import type { StateStore } from '../state/state-store.ts';
import { comesBack } from './at-boot.ts';
import { refuseErased } from './erased.ts';
import { olderLogin, refuseHeldBack, setOlderLogin } from './held-back.ts';
import type { LinkedLogins } from './linked-logins.ts';
import { originNotRetired } from './refusals.ts';
import type { Roster } from './roster.ts';
import type { SessionSupervisor } from './supervisor.ts';

/** What the operator confirms with a start. */
export interface StartSaid {
  /** The place that a copied login came from never runs it again. */
  originRetired?: boolean | undefined;
  /** The login in place is to run although the vault has a newer one. */
  olderLogin?: boolean | undefined;
}

export interface StartDeps {
  roster: Roster;
  logins: Pick<LinkedLogins, 'givenAway'>;
  store: StateStore;
  profiles: Pick<ProfileStore, 'readRecord' | 'updateRecord'>;
  /** Runs once, before the first session is started. It decides by itself how long that may take. */
  firstLook: () => Promise<void>;
}

/** Starts of sessions: by order, after a restore or a transfer, and with the service. */
export class SessionStarts {
  readonly #deps: StartDeps;
  #looked: Promise<void> | null = null;

  constructor(deps: StartDeps) {
    this.#deps = deps;
  }

  /** Brings back every session that was running. Resolves when each has been asked; places bound how many start at once. */
  async boot(): Promise<void> {
    const { store, roster } = this.#deps;
    await this.#lookOnce();
    const wanted = store.sessions.all().filter(comesBack);
    await Promise.all(wanted.map((row) => roster.find(row.name)?.start('service_started')));
  }

  /** Starts a session that may be started, and notes that it is to run. */
  async start(name: string, { originRetired = false, olderLogin = false }: StartSaid = {}): Promise<void> {
    await this.#lookOnce();
    const { store } = this.#deps;
    const supervisor = await this.#deps.roster.get(name);
    this.#refuseGone(supervisor);
    const goesBack = olderLogin && supervisor.view.reason === 'older_than_vault';
    await supervisor.holdIfOther();
    if (!goesBack) refuseHeldBack(name, supervisor.view);
    if (supervisor.liveRun === null) supervisor.doubles.refuseDouble();
    await this.#requireOriginRetired(name, originRetired);
    if (goesBack) await this.#goBack(supervisor);
    store.sessions.setDesired(name, 'running');
    await supervisor.start();
  }

  /** Refuses, before anything is stopped, what could not be started again. */
  async refuseRestart(supervisor: SessionSupervisor): Promise<void> {
    this.#refuseGone(supervisor);
    refuseHeldBack(supervisor.name, supervisor.view);
    supervisor.doubles.refuseDouble();
    await this.#requireOriginRetired(supervisor.name, false);
  }

  #lookOnce(): Promise<void> {
    this.#looked ??= this.#deps.firstLook();
    return this.#looked;
  }

  #refuseGone({ name, view }: SessionSupervisor): void {
    if (view.state === 'MOVED') throw sessionMoved(name, movedTo(this.#deps.store, name));
    refuseErased(name, view);
  }

  /** The operator has chosen the login in place: what the vault has is known from now on, and not asked about again. */
  async #goBack(supervisor: SessionSupervisor): Promise<void> {
    const { vault, facts } = this.#deps.store;
    const { name } = supervisor;
    const older = olderLogin(facts, name);
    if (older !== null) vault.setHead(older.vault, name, { sequence: older.sequence, id: older.snapshot });
    setOlderLogin(facts, name, null);
    await supervisor.rest('older_login_chosen');
  }

  async #requireOriginRetired(name: string, isConfirmed: boolean): Promise<void> {
    const { profiles, logins, store } = this.#deps;
    const record = await profiles.readRecord(name).catch(() => null);
    if (record === null) return;
    if (!record.originRetired) {
      if (!isConfirmed)
        throw originNotRetired(name, record.account === null ? null : logins.givenAway(record.account, name));
      await profiles.updateRecord(name, { originRetired: true });
    }
    noteReturn(store.tombstones, name, { ...record, originRetired: true });
  }
}

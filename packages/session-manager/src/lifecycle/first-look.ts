import type { StateStore } from '../state/state-store.ts';
import { olderLogin } from './held-back.ts';
import type { Roster } from './roster.ts';
import { isStartable } from './startable.ts';

export interface FirstLookDeps {
  roster: Roster;
  store: Pick<StateStore, 'sessions' | 'facts'>;
  /** Looks whether the vault has newer logins of these sessions than the folder, and notes it. Never fails. */
  compareWithVault: (names: readonly string[]) => Promise<void>;
}

/**
 * What is looked at before the first session is started: which logins are not the ones that should run. The service answers
 * meanwhile: a session may be deleted under it.
 */
export class FirstLook {
  readonly #deps: FirstLookDeps;

  constructor(deps: FirstLookDeps) {
    this.#deps = deps;
  }

  async look(): Promise<void> {
    await this.holdOthers();
    await this.holdOlder();
  }

  /** Has linked sessions wait whose profile is not the one that ran here last. */
  async holdOthers(): Promise<void> {
    const { store, roster } = this.#deps;
    for (const { name } of store.sessions.all().filter(isStartable)) await roster.find(name)?.holdIfOther();
  }

  /** Has linked sessions wait of which the vault has a newer login. `isMeant`: these alone. */
  async holdOlder(isMeant: (name: string) => boolean = () => true): Promise<void> {
    const { store, roster, compareWithVault } = this.#deps;
    const linked = store.sessions
      .all()
      .filter((row) => isMeant(row.name) && isStartable(row) && row.reason !== 'older_than_vault');
    await compareWithVault(linked.map(({ name }) => name));
    for (const { name, reason } of linked) {
      const isOlder = olderLogin(store.facts, name) !== null;
      // Where it waits for the place as well, that is told first; the other is told once that is accepted.
      if (isOlder && reason !== 'place_changed') await roster.find(name)?.rest('older_than_vault');
    }
  }
}

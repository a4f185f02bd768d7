import type { ProfileStore } from '../profile/profile-store.ts';
import type { AccountKeeper } from './account-keeper.ts';
import type { SessionSteps } from './session-steps.ts';
import { mayForget, unlink } from './unlinking.ts';

export interface AccountOrderDeps {
  steps: SessionSteps;
  account: AccountKeeper;
  profiles: Pick<ProfileStore, 'loginPresence'>;
  /** How long WhatsApp has to confirm that a link is removed. */
  unlinkMs: number;
}

/** What the operator orders about the account of one session. Each order is called in the session's turn. */
export class AccountOrders {
  readonly #name: string;
  readonly #deps: AccountOrderDeps;

  constructor(name: string, deps: AccountOrderDeps) {
    this.#name = name;
    this.#deps = deps;
  }

  /**
   * Unlinks the account at WhatsApp, then sets the profile aside. Refused where WhatsApp cannot be told: the link would
   * stay on the phone and the login would be gone.
   */
  async logout(): Promise<void> {
    const { steps, account, profiles, unlinkMs } = this.#deps;
    steps.doubles.refuseShared();
    const run = steps.readyRun ?? steps.wrongRun;
    // After a logout of the session's own account any other may be linked; one that was wrong says nothing of the owner.
    const isOwn = account.wrong === null;
    if (run !== null) await unlink(run, unlinkMs);
    if (run !== null || (await mayForget(profiles, this.#name, steps.state))) await steps.apply({ type: 'logout' });
    if (isOwn) account.forget();
  }

  /** An order confirms that the account which waits in WRONG_ACCOUNT is right. What came meanwhile is told. */
  async accept(): Promise<void> {
    const { steps, account } = this.#deps;
    account.require();
    steps.doubles.refuseShared();
    account.accept();
    steps.isToUnlink = false;
    const { current } = steps;
    if (steps.state !== 'WRONG_ACCOUNT') return;
    if (current?.run) await steps.events.accepted(current, current.run);
    else await steps.start('account_accepted');
  }

  /**
   * Removes the link that waits in WRONG_ACCOUNT at WhatsApp, and sets its profile aside. Where no browser runs, one is
   * started for it.
   */
  async unlink(): Promise<void> {
    const { steps, account } = this.#deps;
    account.require();
    steps.doubles.refuseShared();
    const run = steps.wrongRun;
    if (run !== null) return steps.unlinkWrong(run);
    steps.isToUnlink = true;
    await steps.start('account_unlink');
  }
}

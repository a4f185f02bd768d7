import { type Account, sameAccount, sameLink } from '@leadmaster/protocol';
import type { GivenAway, OtherLink } from '../access/session-access.ts';
import { movedTo } from '../state/moved-session.ts';
import type { StateStore } from '../state/state-store.ts';
import { doubleAmong } from './double-among.ts';
import { comesDouble } from './refusals.ts';
import type { Roster } from './roster.ts';

/** Which account is linked in which session of this machine, and which left it. */
export class LinkedLogins {
  readonly #roster: Roster;
  readonly #store: Pick<StateStore, 'tombstones' | 'transfers'>;

  constructor(roster: Roster, store: Pick<StateStore, 'tombstones' | 'transfers'>) {
    this.#roster = roster;
    this.#store = store;
  }

  /** Another session that has this account linked, first one that has this very link; null where none is known to. */
  linkedIn(account: Account, except: string): OtherLink | null {
    const linked = this.#roster
      .supervisors()
      .flatMap(({ name, doubles: { heldLogin } }): OtherLink[] =>
        name === except || heldLogin === null || sameAccount(heldLogin.account, account) !== true
          ? []
          : [{ session: name, ...heldLogin }],
      );
    return linked.find((other) => sameLink(other.account, account) === true) ?? linked[0] ?? null;
  }

  /** Another session as which this account went away from here, also where it was deleted since; null where its login is no copy of this. */
  givenAway(account: Account, except: string): GivenAway | null {
    const links = this.#store.tombstones
      .away()
      .flatMap(({ session: name, account: its }) =>
        name === except || sameAccount(its, account) !== true ? [] : [{ name, link: sameLink(its, account) }],
      );
    const gone = links.find(({ link }) => link === true) ?? links.find(({ link }) => link === null);
    if (gone === undefined || this.#runsAgain(account, gone.link)) return null;
    return { session: gone.name, to: movedTo(this.#store, gone.name) };
  }

  /** @throws LeadMasterError `linked_elsewhere` where a login that comes to a session is another session's here. */
  refuseComing(name: string, account: Account | null): void {
    if (account === null) return;
    const supervisor = this.#roster.find(name);
    const other =
      supervisor === null ? doubleAmong(account, this.linkedIn(account, name), false) : supervisor.doubles.of(account);
    if (other !== null) throw comesDouble(name, account, other.session);
  }

  /** Whether a session here runs what went away. Of a link that is known, only that very link tells it. */
  #runsAgain(account: Account, link: boolean | null): boolean {
    const here = this.linkedIn(account, '');
    return here?.isRunning === true && (link === null || sameLink(account, here.account) === true);
  }
}

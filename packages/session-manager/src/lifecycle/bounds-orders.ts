import {
  type Account,
  accountLabel,
  type Bounds,
  isExpected,
  isSendingOff,
  type KeptSendingWord,
  LeadMasterError,
  offLevels,
  type SendingWord,
} from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { ProfileStore } from '../profile/profile-store.ts';
import { writeBounds } from '../profile/record-bounds.ts';
import { movedTo, sessionMoved } from '../state/moved-session.ts';
import type { StateStore } from '../state/state-store.ts';
import { noteBounds } from './bounds-beside-login.ts';
import type { Outbox } from './outbox.ts';

export interface BoundsOrderDeps {
  store: StateStore;
  profiles: Pick<ProfileStore, 'readRecord' | 'updateRecord'>;
  outbox: Pick<Outbox, 'refuseQueued'>;
  log: Logger;
}

type Change = Partial<Pick<Bounds, 'sending' | 'expectedPhone'>>;
/** An order: what is left out stays. */
type Wanted = { [K in keyof Change]: Change[K] | undefined };

/**
 * What the operator, a tenant or a hub orders about the bounds of sessions. What bounds more is in the database before it is
 * beside the login, and what bounds less the other way round: a crash in between leaves the stricter.
 */
export class BoundsOrders {
  readonly #deps: BoundsOrderDeps;
  readonly #queue = new SerialQueue();

  constructor(deps: BoundsOrderDeps) {
    this.#deps = deps;
  }

  /**
   * Changes the session's own words; what is left out stays. Switching off fails what waits to be sent; switching on revives none.
   * Where the record refuses, what bounds more holds all the same, and the order has failed.
   *
   * @throws LeadMasterError `wrong_account` for a number that is not the one of the session's account; `session_moved`, `storage_failed`.
   */
  change(session: string, { sending, expectedPhone }: Wanted): Promise<void> {
    return this.#queue.run(async () => {
      const { store, profiles } = this.#deps;
      if (sending === undefined && expectedPhone === undefined) return;
      if (store.sessions.get(session)?.state === 'MOVED') throw sessionMoved(session, movedTo(store, session));
      if (typeof expectedPhone === 'string') this.#refuseOther(session, expectedPhone);
      const more: Change = {
        ...(sending === 'off' ? { sending } : {}),
        ...(typeof expectedPhone === 'string' ? { expectedPhone } : {}),
      };
      const less: Change = {
        ...(sending === 'on' ? { sending } : {}),
        ...(expectedPhone === null ? { expectedPhone } : {}),
      };
      this.#tighten(() => store.bounds.set(session, more));
      await writeBounds(profiles, session, { ...store.bounds.of(session), ...less });
      store.bounds.set(session, less);
    });
  }

  /** Takes what a hub says of this machine, its tenants and its sessions. Durable when it resolves. */
  say(hub: string, { sessions, ...word }: SendingWord): Promise<KeptSendingWord> {
    return this.#queue.run(async () => {
      const { store } = this.#deps;
      const before = store.bounds.all();
      const kept = this.#tighten(() => {
        const kept = store.bounds.say(hub, word);
        const isLate = kept.revision > word.revision;
        for (const session of isLate ? [] : sessions)
          if (before.has(session)) store.bounds.set(session, { sending: 'off' });
        return kept;
      });
      for (const [session, bounds] of store.bounds.all())
        if (offLevels(bounds).join() !== offLevels(before.get(session) ?? bounds).join())
          await noteBounds(this.#deps, session);
      return kept;
    });
  }

  /** What a hub has said of sending here. */
  wordOf(hub: string): KeptSendingWord {
    return this.#deps.store.bounds.word(hub);
  }

  /** In one transaction with the change, what waits in sessions that are off then fails. */
  #tighten<T>(change: () => T): T {
    const { store, outbox } = this.#deps;
    return store.atomically(() => {
      const done = change();
      const bounds = store.bounds.all();
      outbox.refuseQueued((session) => {
        const its = bounds.get(session);
        return its !== undefined && isSendingOff(its);
      });
      return done;
    });
  }

  #refuseOther(session: string, phone: string): void {
    const owner: Account | null = this.#deps.store.sessions.get(session)?.account ?? null;
    if (owner === null || isExpected(phone, owner) !== false) return;
    throw new LeadMasterError(
      'wrong_account',
      `${session} belongs to ${accountLabel(owner)}, and +${phone} is another number`,
      `Nothing was changed. To link another number in it, log it out first: "./leadmaster session logout ${session}".`,
    );
  }
}

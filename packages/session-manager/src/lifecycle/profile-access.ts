import type { Census } from '@leadmaster/protocol';
import type { HeldProfile, Proof, ReplaceOptions, SessionAccess } from '../access/session-access.ts';
import { movedTo, noteReturn, sessionMoved } from '../state/moved-session.ts';
import { takeBounds } from './bounds-beside-login.ts';
import { refuseHeldBack } from './held-back.ts';
import { forgetMark } from './profile-mark.ts';
import { ending, running, starting } from './refusals.ts';
import type { Roster } from './roster.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import type { Turn } from './turn.ts';

export interface ProfileAccessDeps extends Pick<SupervisorDeps, 'profiles' | 'store' | 'lockIdle' | 'log'> {
  roster: Roster;
}

/**
 * A session's profile for those who copy, restore, trim and move it. Each task takes its turn in the session's own queue,
 * so that no start, stop or unlink comes between.
 */
export class ProfileAccess implements Pick<SessionAccess, 'hold' | 'replace' | 'moveAway' | 'census'> {
  readonly #deps: ProfileAccessDeps;

  constructor(deps: ProfileAccessDeps) {
    this.#deps = deps;
  }

  /** Runs a task with the profile held still: its browser running, or its lock taken. */
  async hold<T>(name: string, task: (held: HeldProfile) => Promise<T>): Promise<T> {
    const supervisor = await this.#deps.roster.get(name);
    const profileDir = this.#deps.profiles.locate(name);
    return supervisor.inTurn(async (turn) => {
      const { current, state } = turn;
      if (current === null) {
        // An older login is not put behind the snapshots of the right one, nor sent to another machine.
        await turn.holdIfOther();
        refuseHeldBack(name, supervisor.view);
        return this.#locked(name, () => task({ profileDir, browser: null }));
      }
      if (current.run === null) throw starting(name, state);
      return task({ profileDir, browser: current.run.process });
    });
  }

  /** Runs a task that changes the profile, with no browser on it and its lock taken; the account is read again afterwards. */
  async replace<T>(name: string, options: ReplaceOptions, task: (before: number) => Promise<T>): Promise<T> {
    const supervisor = await this.#deps.roster.get(name);
    const { reason = 'restored' } = options;
    return supervisor.inTurn(async (turn) => {
      refuseEnding(name, turn);
      refuseRunning(name, turn, options.stop);
      await options.judge?.();
      return this.#stoppedUnlessFailing(turn, name, reason, () =>
        this.#locked(name, async () => {
          forgetMark(this.#deps.store.facts, name);
          const done = await this.#underNextLink(name, options.isSameLink ?? false, task);
          const record = await this.#deps.profiles.readRecord(name);
          if (record !== null) await takeBounds(this.#deps, name, record);
          await turn.returned(record?.account ?? null, reason, options.isOwn ?? false);
          if (record !== null) noteReturn(this.#deps.store.tombstones, name, record);
          return done;
        }),
      );
    });
  }

  /**
   * Runs a task with no browser on the profile and its lock taken; the session is what it was afterwards. What runs is
   * stopped for it if `restart` is set, and started again after any result of the task.
   */
  async whileStopped<T>(
    name: string,
    options: { restart: boolean; reason: string },
    task: () => Promise<T>,
  ): Promise<T> {
    const supervisor = await this.#deps.roster.get(name);
    return supervisor.inTurn(async (turn) => {
      refuseEnding(name, turn);
      refuseRunning(name, turn, options.restart);
      if (turn.current === null) return this.#locked(name, task);
      await turn.rest(options.reason);
      try {
        return await this.#locked(name, task);
      } finally {
        // Unless a stop was ordered meanwhile.
        if (this.#deps.store.sessions.get(name)?.desired === 'running') await turn.start(options.reason);
      }
    });
  }

  /**
   * Gives the session away for good: what has its generation, or an older one, never starts here again. The word is
   * durable before the profile goes to trash; a crash in between is finished by the supervisor's `recover`. Stops it
   * first, and then asks `prove`, which may refuse: then it runs again if it ran.
   */
  async moveAway(name: string, reason: string, prove: Proof = async () => {}): Promise<void> {
    const supervisor = await this.#deps.roster.get(name);
    const { profiles, store } = this.#deps;
    return supervisor.inTurn(async (turn) => {
      refuseEnding(name, turn);
      const record = await profiles.readRecord(name);
      if (record === null) throw sessionMoved(name, movedTo(store, name));
      const word = await this.#stoppedUnlessFailing(turn, name, reason, async () => prove());
      store.atomically(() => {
        // First: it may refuse for what was ordered meanwhile.
        if (word !== undefined) word();
        store.sessions.setDesired(name, 'stopped');
        store.tombstones.add(name, record.generation, store.sessions.get(name)?.account ?? record.account);
      });
      await turn.moved(reason);
    });
  }

  /** Counts the rows of the running page's databases; null when no page answers. */
  async census(name: string, signal: AbortSignal): Promise<Census | null> {
    const { readyRun } = await this.#deps.roster.get(name);
    if (readyRun === null) return null;
    return readyRun.census(signal).catch((error: unknown) => {
      this.#deps.log.warn({ session: name, err: error }, 'the page did not count its rows');
      return null;
    });
  }

  /** Stops it for a task, and has it run again where it ran and the task fails. */
  async #stoppedUnlessFailing<T>(turn: Turn, name: string, reason: string, task: () => Promise<T>): Promise<T> {
    const ran = turn.current !== null || turn.state === 'DISCONNECTED_RECOVERABLE';
    await turn.rest(reason);
    try {
      return await task();
    } catch (error) {
      // Unless a stop was ordered meanwhile.
      if (ran && this.#deps.store.sessions.get(name)?.desired === 'running') await turn.start(reason);
      throw error;
    }
  }

  /** From just before the task on: a crash in the middle of it must leave nothing of the former link to the one that comes. */
  async #underNextLink<T>(name: string, isSame: boolean, task: (before: number) => Promise<T>): Promise<T> {
    const { sessions } = this.#deps.store;
    if (isSame) return task(sessions.get(name)?.link ?? 0);
    const before = sessions.nextLink(name);
    try {
      return await task(before);
    } catch (error) {
      sessions.setLink(name, before);
      throw error;
    }
  }

  async #locked<T>(name: string, task: () => Promise<T>): Promise<T> {
    const lock = await this.#deps.lockIdle(name);
    try {
      return await task();
    } finally {
      lock.release();
    }
  }
}

function refuseEnding(name: string, { isEnding }: Turn): void {
  if (isEnding) throw ending(name);
}

function refuseRunning(name: string, { current, state }: Turn, mayStop: boolean): void {
  if (current !== null && !mayStop) throw running(name, state);
}

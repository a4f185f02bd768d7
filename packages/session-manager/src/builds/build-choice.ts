import { LeadMasterError } from '@leadmaster/protocol';
import { Admission } from './admission.ts';
import type { BuildBook } from './book.ts';
import type { BuildDeps } from './build-deps.ts';
import type { BuildGuard, Order } from './guard.ts';
import type { Numbers } from './page-facts.ts';

/** A profile that is about to be opened. Its lock is held. */
export interface HeldForStart {
  profileDir: string;
  generation: number;
  login: 'saved' | 'none';
}

interface Choice {
  /** Null = what WhatsApp serves. */
  build: string | null;
  /** The start may raise a number of the profile, after which older builds no longer open it. */
  raises: boolean;
}

/** Which build a session opens: decided before every start, for any cause of it. */
export class BuildChoice {
  readonly #deps: BuildDeps;
  readonly #book: BuildBook;
  readonly #guard: BuildGuard;
  readonly #admission: Admission;

  constructor(deps: BuildDeps, book: BuildBook, guard: BuildGuard) {
    this.#deps = deps;
    this.#book = book;
    this.#guard = guard;
    this.#admission = new Admission(deps);
  }

  /**
   * The build to open, or null for what WhatsApp serves. What may change the profile for good was copied when it resolves,
   * and its numbers count as open until it is READY.
   *
   * @throws LeadMasterError `web_version_missing`, `web_version_damaged`, `web_version_unsafe`: it must not be opened, with the live page neither.
   */
  async choose(session: string, held: HeldForStart, signal: AbortSignal): Promise<string | null> {
    const { store, profiles } = this.#deps;
    const { build, raises } = await this.#choice(session, held, signal);
    const isLogin = held.login === 'saved';
    if (isLogin && raises) await profiles.noteDatabases(session, held.generation, { mayBeHigher: true });
    store.builds.setSession(session, { wanted: build });
    return build;
  }

  async #choice(session: string, held: HeldForStart, signal: AbortSignal): Promise<Choice> {
    const { settings } = this.#deps;
    if (settings.pinned !== null) return this.#pinned(settings.pinned, session, held, signal);
    if (!settings.isGuarded) return { build: null, raises: true };
    return this.#guarded(session, held, signal);
  }

  async #pinned(build: string, session: string, held: HeldForStart, signal: AbortSignal): Promise<Choice> {
    const numbers = await this.#numbers(session, held, signal);
    const { raises } = await this.#admission.admit(build, { session, numbers }, signal);
    if (raises && this.#isChange(session, build)) await this.#copy(session, held);
    return { build, raises };
  }

  async #guarded(session: string, held: HeldForStart, signal: AbortSignal): Promise<Choice> {
    const order = await this.#order(session, held);
    if (order !== null && order.build === null) return { build: null, raises: true };
    const good = this.#inOrder(session);
    const builds = order === null ? good : [order.build, ...good].filter((build) => build !== null);
    if (builds.length === 0) return this.#live(session, held, null);
    const numbers = await this.#numbers(session, held, signal);
    const refused: LeadMasterError[] = [];
    for (const build of builds) {
      try {
        const { raises } = await this.#admission.admit(build, { session, numbers }, signal);
        if (raises && order?.isCanary !== true && this.#isChange(session, build)) await this.#copy(session, held);
        return { build, raises };
      } catch (error) {
        if (!(error instanceof LeadMasterError)) throw error;
        refused.push(error);
      }
    }
    return this.#live(session, held, refused[0] ?? null);
  }

  /** What a trial wants of it. Without a copy of its login it tries nothing. */
  async #order(session: string, held: HeldForStart): Promise<Order | null> {
    const order = this.#guard.order(session);
    if (order?.isCanary !== true || (await this.#copy(session, held))) return order;
    this.#guard.withdraw(session, 'its login could not be copied before it tried a new build');
    return this.#guard.order(session);
  }

  /** Nothing that is known to be good may open it. */
  async #live(session: string, held: HeldForStart, why: LeadMasterError | null): Promise<Choice> {
    if (why !== null) {
      this.#deps.log.warn(
        { session, why: why.message },
        'no good build may open this profile; it starts as WhatsApp serves it',
      );
      this.#guard.fellBackToLive(session, why.message);
    }
    await this.#copy(session, held);
    return { build: null, raises: true };
  }

  /** Good builds for a session, the best first: it stays on its own for a while before it changes again. */
  #inOrder(session: string): string[] {
    const builds = this.#book.good().map(({ build }) => build);
    const { running = null, changedAt = null } = this.#deps.store.builds.session(session) ?? {};
    const isRecent =
      changedAt !== null && this.#deps.now().getTime() - Date.parse(changedAt) < this.#deps.settings.pauseMs;
    if (!isRecent || running === null || !builds.includes(running)) return builds;
    return [running, ...builds.filter((build) => build !== running)];
  }

  async #numbers(session: string, held: HeldForStart, signal: AbortSignal): Promise<Numbers | null> {
    return held.login === 'none' ? null : this.#deps.numbers(session, held.profileDir, signal);
  }

  #isChange(session: string, build: string): boolean {
    return this.#deps.store.builds.session(session)?.running !== build;
  }

  async #copy(session: string, { login, profileDir }: HeldForStart): Promise<boolean> {
    return login === 'none' || this.#deps.copy(session, profileDir);
  }
}

import type { BuildRow } from '../state/rows.ts';
import { type BuildBook, LIFE_MS } from './book.ts';
import type { BuildDeps, GuardedSessions } from './build-deps.ts';
import type { Evidence } from './evidence.ts';
import { compareBuilds } from './page-facts.ts';
import { type Failure, newTrial, nextStep, type SessionLook, type Step, type Trial, trialFacts } from './trial.ts';
import { Witnesses } from './witnesses.ts';

/** The name of a trial whose build is not known yet: the canary has not loaded its page. */
const NOT_LOADED = '';

/** What was not decided about a build is tried again after a day. */
const AGAIN_MS = 24 * 3_600_000;

/** What a trial wants of a session that is about to start: a build, or what WhatsApp serves (null). */
export interface Order {
  build: string | null;
  /** It tries what is new: its login is copied first, or it does not try. */
  isCanary: boolean;
}

/**
 * Watches sessions on builds that are not known to be good, and says what is thought of those builds. With
 * `WEB_VERSION=guarded` it also decides who runs what: every session the newest good build, and one session at a time, the
 * canary, what is new (whatsapp-web-2026, 7.6). It sends no message.
 */
export class BuildGuard {
  readonly #deps: BuildDeps;
  readonly #book: BuildBook;
  readonly #sessions: GuardedSessions;
  readonly #witnesses: Witnesses;
  readonly #evidence: Evidence;
  /** Told once until it changes. */
  readonly #onLive = new Map<string, string>();

  constructor(deps: BuildDeps, book: BuildBook, sessions: GuardedSessions, evidence: Evidence) {
    this.#deps = deps;
    this.#book = book;
    this.#sessions = sessions;
    this.#evidence = evidence;
    this.#witnesses = new Witnesses(deps, book, sessions);
  }

  get #trials(): { build: string; trial: Trial }[] {
    return this.#deps.store.builds.trials().map(({ build, facts }) => ({ build, trial: trialFacts.parse(facts) }));
  }

  /** What a trial wants of a session that is about to start; null = nothing in particular. */
  order(session: string): Order | null {
    for (const { build, trial } of this.#trials) {
      const tried = build === NOT_LOADED ? null : build;
      if (trial.opinion?.session === session) {
        return { build: trial.opinion.on ?? tried, isCanary: trial.opinion.on === null };
      }
      if (trial.canary.session === session && trial.opinion === null) return { build: tried, isCanary: true };
    }
    return null;
  }

  /** After a restart of the service the sessions of a trial start again: their time begins now. */
  resume(): void {
    const startedAt = this.#deps.now().toISOString();
    for (const { build, trial } of this.#trials) {
      const again = { startedAt, readyAt: null };
      const opinion = trial.opinion === null ? null : { ...trial.opinion, ...again };
      this.#deps.store.builds.setTrial(build, { ...trial, canary: { ...trial.canary, ...again }, opinion });
    }
  }

  /** A session with a login loads a page of this build. What is not known of it is learnt from here. */
  loaded(session: string, build: string): void {
    const { store } = this.#deps;
    const mine = this.#trials.find(({ trial }) => trial.canary.session === session && trial.opinion === null);
    if (mine?.build === build || this.#trials.some((other) => other.build === build)) {
      if (mine?.build === NOT_LOADED) store.builds.endTrial(NOT_LOADED);
      return;
    }
    const row = store.builds.get(build);
    if (row === null || !this.#isOpen(row)) {
      if (mine?.build === NOT_LOADED) this.#nothingNew(session);
      return;
    }
    store.atomically(() => {
      if (mine?.build === NOT_LOADED) store.builds.endTrial(NOT_LOADED);
      this.#begin(build, session);
    });
  }

  #begin(build: string, session: string): void {
    const { store, settings, now } = this.#deps;
    store.atomically(() => {
      store.builds.setTrial(build, newTrial(session, now()));
      if (settings.isGuarded)
        store.builds.judge(build, { verdict: 'canary', reason: `${session} tries it`, sessions: [session] });
    });
  }

  /** Continues every trial. */
  async advance(): Promise<void> {
    const { settings, now } = this.#deps;
    for (const { build, trial } of this.#trials) {
      const step = nextStep(build, trial, (session) => this.#look(session), settings, now());
      await this.#take(build, trial, step);
    }
  }

  #look(session: string): SessionLook | null {
    const standing = this.#sessions.look(session);
    return standing === null ? null : { ...standing, shown: this.#evidence.of(session) };
  }

  /**
   * Has one session try what is new. `build`: what was seen; null = it is not known whether there is anything.
   * Returns the session, or null when nothing is tried now.
   */
  async tryNew(build: string | null): Promise<string | null> {
    const { store, settings, now } = this.#deps;
    const [newest] = this.#book.good();
    if (!settings.isGuarded || newest === undefined || this.#trials.length > 0) return null;
    if (build !== null) {
      const row = store.builds.get(build);
      if (compareBuilds(build, newest.build) <= 0 || (row !== null && !this.#isOpen(row))) return null;
    }
    const canary = this.#witnesses.canary();
    if (canary === null) return null;
    if (build === null) store.builds.setTrial(NOT_LOADED, newTrial(canary, now()));
    else this.#begin(build, canary);
    this.#deps.log.info({ session: canary, build }, 'a new build of WhatsApp Web is tried');
    await this.#sessions.restart(canary);
    return canary;
  }

  /** A canary cannot try. */
  withdraw(session: string, why: string): void {
    const mine = this.#trials.find(({ trial }) => (trial.opinion ?? trial.canary).session === session);
    if (mine === undefined) return;
    this.#deps.log.warn({ session, build: mine.build, why }, 'the trial of a build was given up');
    this.#undecided(mine.build, `the trial was given up: ${why}`, null);
  }

  /** WhatsApp itself refuses the build. */
  refused(session: string, build: string): void {
    const failure = { session, reason: 'WhatsApp refuses it as too old', capability: null, erased: false };
    this.#blame(build, failure, [session]);
  }

  /** A session starts without a good build. Told once for each reason. */
  fellBackToLive(session: string, why: string): void {
    if (this.#onLive.get(session) === why) return;
    this.#onLive.set(session, why);
    const [newest] = this.#book.good();
    if (newest === undefined) return;
    this.#deps.store.builds.judge(newest.build, {
      verdict: newest.verdict,
      reason: newest.reason,
      sessions: [session],
      fallback: null,
      detail: `${session} starts as WhatsApp serves it: ${why}`,
    });
  }

  async #take(build: string, trial: Trial, step: Step): Promise<void> {
    const { store } = this.#deps;
    switch (step.kind) {
      case 'wait':
        if (JSON.stringify(step.trial) !== JSON.stringify(trial)) store.builds.setTrial(build, step.trial);
        return;
      case 'pass':
        return this.#pass(build, step.sessions, step.acquits);
      case 'ask':
        return this.#ask(build, step.trial, step.failure);
      case 'blame':
        this.#blame(build, step.failure, step.sessions);
        return this.#leave(build);
      case 'acquit':
        return this.#undecided(
          build,
          `${step.failure.reason}, and so it is on an older build: its profile is the cause`,
          null,
        );
      case 'withdraw':
        return this.#undecided(build, step.failure?.reason ?? 'the session that tried it went away', null);
    }
  }

  #pass(build: string, sessions: string[], acquits: Failure | null): void {
    const { store } = this.#deps;
    const reason = `READY on ${sessions.join(', ')}, and what is needed works`;
    const also = acquits === null ? '' : `; ${acquits.session} has a trouble of its own (${acquits.reason})`;
    store.atomically(() => {
      store.builds.endTrial(build);
      store.builds.judge(build, { verdict: 'good', reason: reason + also, sessions });
    });
  }

  /** Before a build is blamed: how others fare on it, or how the same session fares on an older one. */
  async #ask(build: string, trial: Trial, failure: Failure): Promise<void> {
    const { store, settings } = this.#deps;
    const others = this.#witnesses.others(build, failure.session);
    const fellows = others.filter(({ broken }) => broken.length > 0).map(({ session }) => session);
    if (fellows.length > 0) {
      this.#blame(build, failure, [failure.session, ...fellows]);
      return this.#leave(build);
    }
    if (others.length > 0)
      return this.#handOn(
        build,
        failure,
        others.map(({ session }) => session),
      );
    const opinion = settings.isGuarded ? this.#witnesses.opinion(build, failure.session) : null;
    if (opinion === null) return this.#undecided(build, `${failure.reason}, and no other session runs it`, failure);
    store.builds.setTrial(build, { ...trial, opinion });
    this.#deps.log.warn(
      { build, ...failure, opinion },
      'a build failed; another opinion is asked for before it is blamed',
    );
    await this.#sessions.restart(opinion.session);
  }

  /** Others are READY on it: one that fails alone has a trouble of its own, and the build is judged by the others. */
  #handOn(build: string, failure: Failure, others: string[]): void {
    const { store, now } = this.#deps;
    const [next] = others;
    if (next === undefined) return;
    store.builds.setTrial(build, newTrial(next, now()));
    this.#deps.log.warn({ build, ...failure, others }, 'one session fails on a build on which others are READY');
  }

  #blame(build: string, failure: Failure, sessions: string[]): void {
    const { store } = this.#deps;
    const fallback = this.#book.good().find((good) => good.build !== build);
    const until = fallback === undefined ? null : new Date(Date.parse(fallback.firstSeenAt) + LIFE_MS).toISOString();
    store.atomically(() => {
      store.builds.endTrial(build);
      store.builds.judge(build, {
        verdict: 'bad',
        reason: failure.reason,
        capability: failure.capability,
        sessions,
        fallback: fallback?.build ?? null,
        fallbackUntil: until,
        erased: failure.erased,
      });
    });
  }

  /**
   * Sessions that run a bad build get another one, where there is one. `pauseMs` does not hold this back: it is there so
   * that no login is moved to and fro, and a session that was left on a bad build would send nothing, or lose its login, until
   * the hour is over. It cannot become a loop: a verdict `bad` is final, so each session leaves each build once.
   */
  async #leave(build: string): Promise<void> {
    const { store, settings } = this.#deps;
    if (!settings.isGuarded || this.#book.good().length === 0) return;
    for (const { session, running } of store.builds.sessions()) {
      const state = this.#sessions.look(session)?.state;
      // What the page erased, or the operator has stopped, is not started over.
      if (running !== build || state === undefined || state === 'STOPPED' || state === 'AUTH_FAILURE') continue;
      await this.#sessions.restart(session);
    }
  }

  #undecided(build: string, reason: string, failure: Failure | null): void {
    const { store } = this.#deps;
    store.atomically(() => {
      store.builds.endTrial(build);
      if (build === NOT_LOADED) return;
      const sessions = failure === null ? [] : [failure.session];
      store.builds.judge(build, { verdict: 'unknown', reason, capability: failure?.capability ?? null, sessions });
    });
  }

  /** The canary got a build whose verdict is known. */
  #nothingNew(session: string): void {
    this.#deps.store.builds.endTrial(NOT_LOADED);
    this.#deps.log.info({ session }, 'there was no new build to try');
  }

  /** Whether something is to be learnt of a build: it was never tried, or that was long ago and decided nothing. */
  #isOpen({ verdict, reason, verdictAt }: BuildRow): boolean {
    const isOld = this.#deps.now().getTime() - Date.parse(verdictAt) >= AGAIN_MS;
    return verdict === 'canary' || (verdict === 'unknown' && (reason === '' || isOld));
  }
}

import { type Build, errorText } from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { EngineEvent, EngineRun } from '../engine/engine.ts';
import type { PageProbe } from '../engine/page-probe.ts';
import { PAGE_URL } from '../engine/page-url.ts';
import { BuildBook } from './book.ts';
import { BuildChoice, type HeldForStart } from './build-choice.ts';
import type { BuildDeps, GuardedSessions } from './build-deps.ts';
import { Evidence } from './evidence.ts';
import { BuildGuard } from './guard.ts';
import { type Numbers, readBuild } from './page-facts.ts';
import type { Answer } from './page-network.ts';

const LOOK_MS = 20_000;
const FIRST_LOOK_MS = 120_000;
/** Trials continue in steps of this. */
const STEP_MS = 2_000;
/** Where nothing can be looked at, something new is tried blindly once a day. */
const BLIND_MS = 24 * 3_600_000;

/** A run and the profile that it has open. */
export interface RunOnProfile extends HeldForStart {
  session: string;
  /** The build that was chosen for it. */
  wanted: string | null;
  signal: AbortSignal;
  /** The run itself, once it is there. */
  run: () => EngineRun | null;
}

/** What a session's start and run are asked and told about builds. */
export interface BuildKeeper {
  choose(session: string, held: HeldForStart, signal: AbortSignal): Promise<string | null>;
  /** Everything a run says. Returns at once. */
  heard(on: RunOnProfile, event: EngineEvent): void;
  /** A self-test of a READY run was answered; `askedAt` by the monotonic clock. Returns at once. */
  probed(session: string, run: EngineRun, probe: PageProbe, askedAt: number): void;
  /** Its browser was stopped and is gone; the profile is still held. Never fails. */
  ended(on: RunOnProfile): Promise<void>;
}

/** A page that is READY. */
interface ReadyPage {
  on: RunOnProfile;
  build: string;
  /** Of how many that the session has loaded. */
  loads: number;
  /** By the monotonic clock. */
  at: number;
}

interface LoadedPage {
  build: string | null;
  html: string | null;
}

/** Builds of WhatsApp Web on this machine: the book of them, which one a session opens, and the guard. */
export class Builds implements BuildKeeper {
  readonly #deps: BuildDeps;
  readonly #sessions: GuardedSessions;
  readonly #book: BuildBook;
  readonly #guard: BuildGuard;
  readonly #evidence: Evidence;
  readonly #choice: BuildChoice;
  readonly #closing = new AbortController();
  /** One thing after the other: what a page says is written down before what follows from it is decided. */
  #working: Promise<void> = Promise.resolve();
  /** Restarts that were asked for; nothing waits for them but the end. */
  readonly #restarting = new Set<Promise<void>>();
  /** Sessions whose numbers were noted of the page that runs, by the signal of the run. */
  readonly #exact = new Map<string, AbortSignal>();
  /** How many pages each session has loaded. */
  readonly #loads = new Map<string, number>();
  /** Sessions that are READY on a page whose self-test is not answered yet. */
  readonly #unprobed = new Map<string, ReadyPage>();
  #timers: NodeJS.Timeout[] = [];
  #liveAt: number;

  constructor(deps: BuildDeps, sessions: GuardedSessions) {
    this.#deps = deps;
    this.#sessions = sessions;
    this.#book = new BuildBook(deps);
    this.#evidence = new Evidence(deps);
    const restarted = { ...sessions, restart: async (session: string) => this.#restart(session) };
    this.#guard = new BuildGuard(deps, this.#book, restarted, this.#evidence);
    this.#choice = new BuildChoice(deps, this.#book, this.#guard);
    this.#liveAt = deps.now().getTime();
  }

  choose(session: string, held: HeldForStart, signal: AbortSignal): Promise<string | null> {
    return this.#choice.choose(session, held, signal);
  }

  heard(on: RunOnProfile, event: EngineEvent): void {
    this.#evidence.heard(on, event);
    if (event.type === 'page') this.#onPage(on, event);
    else if (event.type === 'ready') this.#onReady(on, event.webVersion);
    else if (event.type === 'lost') this.#exact.delete(on.session);
    else if (event.type === 'deprecated') this.#later(async () => this.#deprecated(on));
  }

  /** Those that were seen here, newest first. */
  builds(): Promise<Build[]> {
    const rows = this.#deps.store.builds.sessions();
    const running = rows.flatMap(({ session, running }) =>
      running !== null && this.#sessions.look(session)?.running === running ? [running] : [],
    );
    return this.#book.list(running);
  }

  /** Takes up what an earlier service left, and begins the regular work. */
  start(): void {
    const { settings } = this.#deps;
    this.#guard.resume();
    this.#every(STEP_MS, () => this.#guard.advance());
    if (!settings.isGuarded) return;
    const look = (): void => this.#orLog(this.lookForNew());
    this.#timers.push(setInterval(look, settings.lookMs).unref());
    // A service that is restarted often looks, too.
    this.#timers.push(setTimeout(look, Math.min(FIRST_LOOK_MS, settings.lookMs)).unref());
  }

  /** Sees whether WhatsApp serves another build, and has it tried. Resolves to the session that tries it. */
  async lookForNew(): Promise<string | null> {
    const overdue = deadline(LOOK_MS, this.#closing.signal);
    // Nothing else waits for an answer that does not come.
    const answer = await this.#deps.network.ask('GET', PAGE_URL, overdue);
    return this.#inTurn(() => this.#tryServed(answer));
  }

  async #tryServed(answer: Answer | null): Promise<string | null> {
    const build = answer?.status === 200 ? readBuild(answer.body) : null;
    if (build === null && this.#deps.now().getTime() - this.#liveAt < BLIND_MS) return null;
    this.#liveAt = this.#deps.now().getTime();
    // A session that has a service worker may be served the earlier page: what was seen is kept, to be tried itself.
    const isNew = build !== null && !(await this.#deps.pages.has(build));
    if (isNew && answer !== null) await this.#book.seen(build, { session: '', html: answer.body });
    return this.#guard.tryNew(build);
  }

  /** Continues the work under way at once, without waiting for its time. */
  advance(): Promise<void> {
    this.#later(() => this.#guard.advance());
    return this.idle();
  }

  /** Resolves when all that was told so far is written down. */
  idle(): Promise<void> {
    return this.#working;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#working, ...this.#restarting]);
  }

  /**
   * While a page runs that is not the pinned one it may reload itself at any time, and raise a number: what was noted of it
   * counts as open until it was stopped in order.
   */
  async ended(on: RunOnProfile): Promise<void> {
    const isExact = this.#exact.get(on.session) === on.signal;
    if (this.#unprobed.get(on.session)?.on === on) this.#unprobed.delete(on.session);
    this.#exact.delete(on.session);
    if (!isExact) return;
    await this.#deps.profiles
      .noteDatabases(on.session, on.generation, { mayBeHigher: false })
      .catch((error: unknown) => {
        this.#deps.log.warn({ session: on.session, err: error }, 'the numbers of its databases stay open');
      });
  }

  #onPage(on: RunOnProfile, page: LoadedPage): void {
    const { session, generation, wanted } = on;
    this.#exact.delete(session);
    this.#loads.set(session, (this.#loads.get(session) ?? 0) + 1);
    const isLive = wanted === null || page.html !== null;
    // Written at once, before other waiting work.
    const noted = isLive
      ? this.#deps.profiles.noteDatabases(session, generation, { mayBeHigher: true })
      : Promise.resolve();
    this.#later(() => noted.then(() => this.#loaded(on, page, isLive)));
  }

  async #loaded(on: RunOnProfile, page: LoadedPage, isLive: boolean): Promise<void> {
    const { store, now, log } = this.#deps;
    const { session, wanted, login } = on;
    const build = page.build ?? (page.html === null ? null : readBuild(page.html));
    if (build === null) return log.warn({ session }, 'the page does not say what build it is');
    const escaped = wanted !== null && wanted !== build ? wanted : null;
    if (escaped !== null) log.warn({ session, wanted, build }, 'another build runs than the one that was chosen');
    if (isLive) this.#liveAt = now().getTime();
    await this.#book.seen(build, { session, html: page.html, wanted: escaped });
    store.builds.setSession(session, { running: build });
    if (login === 'saved') this.#guard.loaded(session, build);
  }

  #onReady(on: RunOnProfile, build: string): void {
    this.#unprobed.set(on.session, { on, build, loads: this.#loads.get(on.session) ?? 0, at: performance.now() });
  }

  /** What the databases are now is what decides which builds may open them from here on. A later self-test of the page adds nothing. */
  probed(session: string, run: EngineRun, { databases }: PageProbe, askedAt: number): void {
    const page = this.#unprobed.get(session);
    if (page === undefined || page.on.run() !== run || askedAt < page.at) return;
    if (Object.keys(databases).length === 0) return;
    this.#unprobed.delete(session);
    this.#later(() => this.#noteNumbers(page, databases));
  }

  async #noteNumbers(page: ReadyPage, numbers: Numbers): Promise<void> {
    const { session, generation, signal, wanted } = page.on;
    // Another page may be loading by now: what was seen is not all that will be.
    const isOver = (): boolean => signal.aborted || (this.#loads.get(session) ?? 0) !== page.loads;
    if (isOver()) return;
    const mayBeHigher = wanted !== page.build;
    await this.#deps.profiles.noteDatabases(session, generation, { numbers, mayBeHigher });
    if (!isOver()) this.#exact.set(session, signal);
    await this.#learnt(session, page.build, numbers);
  }

  async #learnt(session: string, build: string, databases: Numbers): Promise<void> {
    this.#book.ready(build, session, databases);
    this.#guard.loaded(session, build);
    await this.#guard.advance();
  }

  #deprecated({ session, wanted }: RunOnProfile): void {
    if (this.#deps.settings.isGuarded && wanted !== null) this.#guard.refused(session, wanted);
  }

  #restart(session: string): void {
    const running = this.#sessions
      .restart(session)
      .catch((error: unknown) => {
        this.#deps.log.warn({ session, err: error }, 'a session could not be restarted for another build');
      })
      .finally(() => this.#restarting.delete(running));
    this.#restarting.add(running);
  }

  #every(ms: number, work: () => Promise<unknown>): void {
    this.#timers.push(setInterval(() => this.#later(work), ms).unref());
  }

  #later(work: () => Promise<unknown>): void {
    this.#orLog(this.#inTurn(work));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work);
    this.#working = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  #orLog(done: Promise<unknown>): void {
    done.catch((error: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.#deps.log.error({ err: error }, `something about a build could not be done: ${errorText(error)}`);
    });
  }
}

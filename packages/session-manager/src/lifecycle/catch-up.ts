import { Alarm, deadline } from '@leadmaster/service-kit/wait';
import type { EngineRun, PageMessage } from '../engine/engine.ts';
import { looksFrom } from '../state/sessions.ts';
import { cleanWords } from './clean-words.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** When to look after READY: at once, and again for what WhatsApp delivers a little later; then rarely. */
const LOOKS_MS = [0, 4_000, 5_000, 60_000];
const EVERY_MS = 10 * 60_000;
/** After a look that could not tell everything: a chat that failed, a text that has not come yet. */
const RETRIES_MS = [5_000, 15_000, 60_000];
const LOOK_DEADLINE_MS = 60_000;
/** A search for what an older version sent must not keep the first look waiting. */
const SEARCH_DEADLINE_MS = 5_000;
/** A page that was just linked reloads itself after about five minutes; until then it is asked for nothing earlier (whatsapp-web-2026, 6.2). */
const FRESH_MS = 6 * 60_000;

/** Of the chats that could not be read, so many are named to operators. */
const CHATS_NAMED = 20;

/** What a look has found. */
interface Look {
  failed: { chatId: string; why: string }[];
  waiting: number;
}

/**
 * Finds what a session has missed. The watermark is in WhatsApp's times: it moves to the newest message that was told, and
 * only after a look that could tell everything, so that a late message is told late, and never dropped.
 */
export class CatchUp {
  readonly #deps: SupervisorDeps;
  readonly #session: string;
  readonly #take: (message: PageMessage) => Promise<void>;
  readonly #alarm = new Alarm();
  #following: EngineRun | null = null;
  /** Nothing older is told, in milliseconds: the link. */
  #floor = 0;
  /** Of the messages told since the link, in milliseconds. */
  #newest = 0;
  #failed: Look['failed'] = [];

  constructor(deps: SupervisorDeps, session: string, take: (message: PageMessage) => Promise<void>) {
    this.#deps = deps;
    this.#session = session;
    this.#take = take;
  }

  /** Messages count from this moment on, in WhatsApp's time. */
  begin(at: Date): void {
    this.#deps.store.sessions.tellFrom(this.#session, at);
    this.#newest = 0;
    this.#floor = at.getTime();
  }

  /** The link has ended. */
  end(): void {
    this.#deps.store.sessions.tellFrom(this.#session, null);
  }

  /** A message was told. */
  saw(message: PageMessage): void {
    this.#newest = Math.max(this.#newest, Date.parse(message.timestamp));
  }

  hurry(): void {
    this.#alarm.ring();
  }

  /** Looks from now until the run ends; a run that is followed already is looked at again. */
  follow(run: EngineRun, signal: AbortSignal): void {
    if (this.#following === run) {
      this.hurry();
      return;
    }
    this.#following = run;
    this.#follow(run, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#deps.log.error({ session: this.#session, err: error }, 'catching up ended');
      })
      .finally(() => {
        if (this.#following === run) this.#following = null;
      });
  }

  async #follow(run: EngineRun, signal: AbortSignal): Promise<void> {
    await this.#try('what an older version sent could not be looked for', signal, SEARCH_DEADLINE_MS, (until) => {
      // A login that came with its profile: what is older than its first READY here was another machine's to tell.
      if (this.#load() === null) this.begin(run.whatsappNow());
      return this.#deps.outbox.search(this.#session, run, !this.#isFresh(run), until);
    });
    let unclean = 0;
    for (let look = 0, isFirst = true; !signal.aborted; look += 1, isFirst = false) {
      const pause = this.#pause(look, unclean, run);
      if (!isFirst) this.#note(pause);
      const rang = await this.#alarm.sleep(pause, signal);
      if (signal.aborted) return;
      if (rang) look = 0;
      unclean = (await this.#look(run, signal)) ? 0 : unclean + 1;
      await this.#try('missed acknowledgements could not be looked for', signal, LOOK_DEADLINE_MS, (until) =>
        this.#deps.outbox.reconcile(this.#session, run, until, isFirst),
      );
    }
  }

  #pause(look: number, unclean: number, run: EngineRun): number {
    const due = [LOOKS_MS[look] ?? EVERY_MS];
    if (unclean > 0) due.push(RETRIES_MS[unclean - 1] ?? EVERY_MS);
    if (this.#isFresh(run)) due.push(Math.max(1_000, this.#floor + FRESH_MS - run.whatsappNow().getTime()));
    return Math.min(...due);
  }

  /** Whether it could tell everything since the watermark. */
  async #look(run: EngineRun, signal: AbortSignal): Promise<boolean> {
    let isClean = false;
    await this.#try('missed messages could not be looked for', signal, LOOK_DEADLINE_MS, async (until) => {
      const since = this.#load();
      // Unlinked just now: the run is about to end.
      if (since === null) return;
      const mayLoadEarlier = !this.#isFresh(run);
      const { failed, waiting } = await this.#read(run, { since, mayLoadEarlier }, until);
      this.#name(failed);
      const isWhole = failed.length === 0 && waiting === 0;
      // Before that, chats may lack what the page has not loaded.
      if (isWhole && mayLoadEarlier) this.#advance(run);
      isClean = isWhole;
    });
    return isClean;
  }

  /** Where the next look begins, as it is on disk; null when there is no link. */
  #load(): Date | null {
    const row = this.#deps.store.sessions.get(this.#session);
    this.#floor = row?.linkedAt == null ? 0 : Date.parse(row.linkedAt);
    return row === null ? null : looksFrom(row);
  }

  async #read(run: EngineRun, from: { since: Date; mayLoadEarlier: boolean }, signal: AbortSignal): Promise<Look> {
    const whole: Look = { failed: [], waiting: 0 };
    // WhatsApp's times are whole seconds.
    const first = Math.floor(this.#floor / 1_000) * 1_000;
    for await (const { messages, failed, waiting } of run.catchUp(from, signal)) {
      const due = messages.filter(({ timestamp }) => Date.parse(timestamp) >= first);
      await Promise.all(due.map((message) => this.#take(message)));
      for (const message of due) this.saw(message);
      whole.failed.push(...failed);
      whole.waiting += waiting;
    }
    return whole;
  }

  /** Chats that cannot be read are logged when they change, not at each look. */
  #name(failed: Look['failed']): void {
    const names = (chats: Look['failed']): string =>
      chats
        .map(({ chatId }) => chatId)
        .sort()
        .join(' ');
    const isNews = names(failed) !== names(this.#failed);
    this.#failed = failed;
    if (isNews && failed.length > 0)
      this.#deps.log.warn({ session: this.#session, failed }, 'chats could not be read; they are tried again');
  }

  /** Writes down for operators which chats could not be read, and when they are tried again. */
  #note(pauseMs: number): void {
    const { pages } = this.#deps.store;
    const chats = this.#failed.slice(0, CHATS_NAMED).map(({ chatId, why }) => ({ chatId, why: cleanWords(why) }));
    const retryAt = new Date(Date.now() + pauseMs).toISOString();
    const unread = chats.length === 0 ? null : { count: this.#failed.length, chats, retryAt };
    try {
      if (unread !== null || pages.get(this.#session).unread !== null) pages.set(this.#session, { unread });
    } catch (error) {
      this.#deps.log.warn({ session: this.#session, err: error }, 'which chats could not be read was not written down');
    }
  }

  #advance(run: EngineRun): void {
    // A message may claim to be from the future.
    const newest = Math.min(this.#newest, run.whatsappNow().getTime());
    const before = this.#deps.store.sessions.get(this.#session)?.caughtUpTo ?? null;
    if (before === null || newest <= Date.parse(before)) return;
    this.#deps.store.sessions.touch(this.#session, { caughtUpTo: new Date(newest).toISOString() });
  }

  #isFresh(run: EngineRun): boolean {
    return isFreshLink(this.#floor, run.whatsappNow());
  }

  async #try(
    failure: string,
    signal: AbortSignal,
    deadlineMs: number,
    task: (until: AbortSignal) => Promise<void>,
  ): Promise<void> {
    try {
      await task(deadline(deadlineMs, signal));
    } catch (error) {
      if (!signal.aborted) this.#deps.log.warn({ session: this.#session, err: error }, failure);
    }
  }
}

/** Whether a link is so new (`linkedAt` in epoch milliseconds) that its page is not asked for earlier messages. */
export function isFreshLink(linkedAt: number, now: Date): boolean {
  return now.getTime() < linkedAt + FRESH_MS;
}

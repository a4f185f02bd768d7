import { bootId } from '@leadmaster/capture/processes';
import type { EngineRun, PageMessage } from '../engine/engine.ts';
import type { MessageRecord } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { matches, reachOf } from './lost-messages.ts';
import type { Ending, MessageNews } from './message-news.ts';
import type { Standing } from './standing.ts';

/** Without WhatsApp's word for this long, what became of a message is in doubt. */
const ACK_DEADLINE_MS = 2 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Doubts older than this are no longer looked into; once in a run, those that the journal still has. */
const DOUBT_MS = DAY_MS;
const OLD_DOUBT_MS = 30 * DAY_MS;

export interface FatesDeps {
  store: StateStore;
  standing: (session: string) => Standing | null;
  news: MessageNews;
}

/**
 * What became of messages whose answer is missing. It is found out by asking the page's books for their ids
 * (whatsapp-web-2026, 9.4); a doubt stays a doubt, and nothing is ever sent again by itself.
 */
export class Fates {
  readonly #deps: FatesDeps;
  /**
   * Messages that runs of this process were given, and when (by the monotonic clock): the page may not have entered them
   * yet. `isTaken`: it has reported that it has the message; the row has that too, unless the disk refused it.
   */
  readonly #given = new Map<string, { run: EngineRun; at: number; isTaken: boolean }>();

  constructor(deps: FatesDeps) {
    this.#deps = deps;
  }

  /** A run is about to be given a message. */
  handing(id: string, run: EngineRun): void {
    this.#given.set(id, { run, at: performance.now(), isTaken: false });
  }

  /** The run has reported that it has the message. */
  taken(id: string): void {
    const given = this.#given.get(id);
    if (given !== undefined) given.isTaken = true;
  }

  /** WhatsApp has acknowledged or refused it: nothing is left to find out. */
  heard(id: string): void {
    this.#given.delete(id);
  }

  settleInterrupted(): void {
    const { store, news } = this.#deps;
    store.atomically(() => {
      for (const { message } of store.messages.inFlight())
        news.ended(message, message.state === 'QUEUED' ? NOT_HANDED_OVER : INTERRUPTED);
    });
  }

  async reconcile(session: string, run: EngineRun, signal: AbortSignal, isFirst: boolean): Promise<void> {
    const since = new Date(Date.now() - (isFirst ? OLD_DOUBT_MS : DOUBT_MS));
    for (const record of this.#deps.store.messages.unacknowledged(since, session)) {
      const { whatsappId } = record.message;
      if (whatsappId === null) continue;
      const isProof = this.#isProof(record, run);
      const ack = await run.messages.ackOf(whatsappId, signal);
      if (ack !== null || isProof) await this.#settle(record, ack);
    }
  }

  async #settle({ message }: MessageRecord, ack: number | null): Promise<void> {
    const { store, news } = this.#deps;
    await store.later(() => {
      const now = store.messages.byWhatsappId(message.session, [message.whatsappId ?? '']);
      if (now === null) return;
      if (ack !== null) news.acknowledged(now, ack);
      else if (!now.isTaken) news.ended(now.message, NOT_IN_BOOKS);
    });
    if (ack !== 0) this.heard(message.id);
  }

  /**
   * Whether "not found" proves that the message was never handed over: the books are those of the profile under which its
   * id was journalled, the machine has not lost power since, and the page has had the time to enter it and never had it
   * (a chat that is deleted on the phone takes its messages out of the books).
   */
  #isProof({ message, isTaken, generation, bootId: booted }: MessageRecord, run: EngineRun): boolean {
    const given = this.#given.get(message.id);
    const isLate = given?.run !== run || performance.now() - given.at > ACK_DEADLINE_MS;
    const isOver = given === undefined || (isLate && !given.isTaken);
    const standing = this.#deps.standing(message.session);
    return !isTaken && isOver && standing?.run === run && generation === standing.generation && booted === bootId();
  }

  doubtOverdue(now: number): void {
    this.#forgetOld();
    for (const { message, changedAt } of this.#deps.store.messages.unacknowledged(new Date(now - DOUBT_MS)))
      if (now - Date.parse(changedAt) >= ACK_DEADLINE_MS) this.#doubt(message, OVERDUE);
  }

  abandon(session: string): void {
    for (const { message } of this.#deps.store.messages.unacknowledged(new Date(Date.now() - DOUBT_MS), session))
      this.#doubt(message, UNLINKED);
  }

  #doubt(message: MessageRecord['message'], ending: Ending): void {
    if (message.state === 'SENDING') this.#deps.store.atomically(() => this.#deps.news.ended(message, ending));
  }

  #forgetOld(): void {
    for (const [id, { at }] of this.#given) if (performance.now() - at > DOUBT_MS) this.#given.delete(id);
  }

  /** A message without an id that is the only one of its kind in its chat, and the only row of its kind, is that one. */
  async search(session: string, run: EngineRun, mayLoadEarlier: boolean, signal: AbortSignal): Promise<void> {
    const lost = this.#deps.store.messages.unsearched(session);
    if (lost.length === 0) return;
    const { found, isWhole } = await this.#ownMessages(lost, run, mayLoadEarlier, signal);
    if (!isWhole) return;
    await this.#deps.store.later(() => {
      this.#deps.store.messages.searched(lost.map(({ message }) => message.id));
      for (const record of lost) this.#take(record, lost, found);
    });
  }

  #take(record: MessageRecord, lost: readonly MessageRecord[], found: readonly PageMessage[]): void {
    const [hit, ...others] = found.filter((each) => matches(record, each));
    if (hit === undefined || others.length > 0) return;
    if (lost.some((other) => other !== record && matches(other, hit))) return;
    const { store, news } = this.#deps;
    if (store.messages.byWhatsappId(record.message.session, hit.ids) !== null) return;
    const message = store.messages.update(record.message.id, { whatsappId: hit.whatsappId });
    if (message !== null && hit.ack !== null) news.acknowledged({ ...record, message }, hit.ack);
  }

  async #ownMessages(
    lost: readonly MessageRecord[],
    run: EngineRun,
    mayLoadEarlier: boolean,
    signal: AbortSignal,
  ): Promise<{ found: PageMessage[]; isWhole: boolean }> {
    const found = new Map<string, PageMessage>();
    let isWhole = mayLoadEarlier;
    for await (const part of run.catchUp({ since: reachOf(lost), mayLoadEarlier }, signal)) {
      for (const message of part.messages)
        if (lost.some((record) => matches(record, message))) found.set([...message.ids].sort().join(' '), message);
      if (part.failed.length > 0) isWhole = false;
    }
    return { found: [...found.values()], isWhole };
  }
}

const NOT_HANDED_OVER: Ending = {
  state: 'FAILED',
  code: 'not_handed_over',
  error: 'The service stopped before it was sent.',
};
const NOT_IN_BOOKS: Ending = {
  state: 'FAILED',
  code: 'not_handed_over',
  error: 'WhatsApp Web was never given it.',
};
const INTERRUPTED = uncertain('The service stopped while it was being sent.');
const OVERDUE = uncertain('WhatsApp has not acknowledged it in time; it may still arrive.');
const UNLINKED = uncertain('The account was unlinked before WhatsApp had acknowledged it.');

function uncertain(error: string): Ending {
  return { state: 'UNCERTAIN', code: 'no_answer', error };
}

import { errorText, isRestricted } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { MessageRecord } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { type MessageNews, restriction } from './message-news.ts';
import type { Standing } from './standing.ts';

/** The limits of an account may be known only after the refusal that they explain. */
const EXPLAINED_MS = 2 * 60_000;
const ASKING_MS = 10_000;

export interface RefusedTextsDeps {
  store: StateStore;
  news: MessageNews;
  log: Logger;
  standing: (session: string) => Standing | null;
}

/**
 * Says of texts that WhatsApp refused whether the limits of the account are why. A refused chat looks like any other error
 * (whatsapp-web-2026, 5.3), so the page is asked whether the text would have opened a new chat; what it does not say
 * explains nothing.
 */
export class RefusedTexts {
  readonly #deps: RefusedTextsDeps;
  /** Sessions whose texts are being looked at; true: there is news to look at again. */
  readonly #looking = new Map<string, boolean>();

  constructor(deps: RefusedTextsDeps) {
    this.#deps = deps;
  }

  /** A text was refused, or the limits of the account have changed. Returns at once. */
  look(session: string): void {
    if (this.#looking.has(session)) this.#looking.set(session, true);
    else
      this.#explain(session).catch((error: unknown) => {
        this.#deps.log.error({ session, err: error }, 'why WhatsApp refused a text could not be written down');
      });
  }

  async #explain(session: string): Promise<void> {
    try {
      do {
        this.#looking.set(session, false);
        const since = new Date(Date.now() - EXPLAINED_MS);
        const refused = this.#isRestricted(session) ? this.#deps.store.messages.refusedSince(session, since) : [];
        for (const record of refused) if (await this.#openedChat(record)) await this.#restricted(record);
      } while (this.#looking.get(session) === true);
    } finally {
      this.#looking.delete(session);
    }
  }

  #isRestricted(session: string): boolean {
    return isRestricted(this.#deps.standing(session)?.limits ?? null);
  }

  async #openedChat({ message, opensChat }: MessageRecord): Promise<boolean> {
    const run = this.#deps.standing(message.session)?.run ?? null;
    if (opensChat !== null || run === null) return opensChat === true;
    const deadline = AbortSignal.timeout(ASKING_MS);
    const opens = await run.messages.opensNewChat(message.to, deadline).catch((error: unknown) => {
      const facts = { session: message.session, err: errorText(error) };
      this.#deps.log.warn(facts, 'the page does not say whether a refused text would have opened a new chat');
      return null;
    });
    return opens === true;
  }

  async #restricted({ message: { session, id } }: MessageRecord): Promise<void> {
    const { store, news, standing } = this.#deps;
    await store.later(() => {
      const now = store.messages.get(session, id);
      if (now?.code === 'refused_by_whatsapp')
        news.ended(now, restriction(standing(session)?.limits?.newChats.until ?? null));
    });
  }
}

import {
  type ChatMessage,
  type ChatMessagePage,
  type ChatPage,
  type ContactPage,
  errorText,
  type Feature,
  LeadMasterError,
  type NumberCheck,
} from '@leadmaster/protocol';
import { deadline, inTurns, type SerialQueue } from '@leadmaster/service-kit/wait';
import type { EngineRun, ListPart, PageMessage } from '../engine/engine.ts';
import type { StateStore } from '../state/state-store.ts';
import { refuseBroken } from './capabilities/refusals.ts';
import { isFreshLink } from './catch-up.ts';
import { stateOfAck } from './message-news.ts';
import type { Roster } from './roster.ts';
import { notReady } from './sending.ts';

/** A page that has not answered by then is not asked on. */
const ASKING_MS = 20_000;

/** A part of a list as callers ask for it. */
export interface WantedPart {
  limit: number;
  after?: string | undefined;
}

/**
 * What the page of a READY session knows of chats and people. One question at a time for each session: the page also sends
 * and receives.
 */
export class SessionChats {
  readonly #roster: Roster;
  readonly #store: Pick<StateStore, 'sessions'>;
  readonly #turns = new Map<string, SerialQueue>();

  constructor({ roster, store }: { roster: Roster; store: Pick<StateStore, 'sessions'> }) {
    this.#roster = roster;
    this.#store = store;
  }

  chats(name: string, part: WantedPart, caller: AbortSignal): Promise<ChatPage> {
    return this.#ask(name, ['chats'], caller, ({ chats }, signal) => chats.chats(partOf(part), signal));
  }

  /** @throws LeadMasterError `chat_not_found` */
  messages(name: string, chat: string, part: WantedPart, caller: AbortSignal): Promise<ChatMessagePage> {
    return this.#ask(name, ['chats', 'catchUp'], caller, async (run, signal) => {
      const linkedAt = this.#store.sessions.get(name)?.linkedAt ?? null;
      const mayLoadEarlier = linkedAt === null || !isFreshLink(Date.parse(linkedAt), run.whatsappNow());
      const found = await run.chats.messages(chat, { ...partOf(part), mayLoadEarlier }, signal);
      if (found === null) throw chatNotFound(name, chat);
      return { ...found, items: found.items.map(describe) };
    });
  }

  contacts(name: string, part: WantedPart, caller: AbortSignal): Promise<ContactPage> {
    return this.#ask(name, ['contacts'], caller, ({ chats }, signal) => chats.contacts(partOf(part), signal));
  }

  number(name: string, phone: string, caller: AbortSignal): Promise<NumberCheck> {
    return this.#ask(name, ['contacts'], caller, ({ chats }, signal) => chats.number(phone, signal));
  }

  /** @throws LeadMasterError `session_not_ready`, `feature_unavailable`, `engine_failed`, `timeout` */
  async #ask<T>(
    name: string,
    features: readonly Feature[],
    caller: AbortSignal,
    question: (run: EngineRun, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { readyRun, view, capabilities } = await this.#roster.get(name);
    if (readyRun === null) throw notReady(name, view, 'nothing was read');
    for (const feature of features) refuseBroken(capabilities, feature);
    const overdue = AbortSignal.timeout(ASKING_MS);
    const signal = deadline(ASKING_MS, caller);
    return inTurns(this.#turns, name, async () => {
      signal.throwIfAborted();
      return question(readyRun, signal);
    }).catch((error: unknown) => {
      caller.throwIfAborted();
      throw error instanceof LeadMasterError ? error : failure(name, error, overdue.aborted);
    });
  }
}

/** What the page has not said. `isLate`: it has said nothing in time. */
function failure(session: string, error: unknown, isLate: boolean): LeadMasterError {
  const what = isLate
    ? `The page of ${session} did not answer within ${ASKING_MS / 1000} s`
    : `The page of ${session} could not be read: ${errorText(error)}`;
  const hint = `Try again. "./leadmaster capabilities ${session}" says what works with this build of WhatsApp Web.`;
  return new LeadMasterError(isLate ? 'timeout' : 'engine_failed', what, hint, { cause: error });
}

function partOf({ limit, after = null }: { limit: number; after?: string | null | undefined }): ListPart {
  return { limit, after };
}

/** A message of a chat as the outside sees it. */
function describe({ ids: _ids, ack, caughtUp: _caughtUp, ...message }: PageMessage): ChatMessage {
  return { ...message, state: ack === null ? null : stateOfAck(ack) };
}

function chatNotFound(session: string, chat: string): LeadMasterError {
  return new LeadMasterError(
    'chat_not_found',
    `The page of ${session} has no chat ${chat}`,
    'GET /v1/sessions/{session}/chats lists those that it has; the first message to someone opens one.',
  );
}

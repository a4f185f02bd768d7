import { deadline, withSignal } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import type { CatchUpFrom, CatchUpPart } from '../engine.ts';
import { chatsSince, type MissedAnswer, type MissedCursor, type MissedQuestion, readMissed } from './page/missed.ts';
import type { SeenMessages } from './seen-messages.ts';

const PART = 200;
const BUDGET_MS = 1_000;
const LOAD_MS = 10_000;
/** A page that takes longer than its budget and one load counts as unresponsive. */
const ANSWER_MS = 20_000;

/**
 * Messages that the library raised no event for (facts, library 10), in and out, from the page's own chats: in parts that
 * are bounded in size and in time, so that neither a chat of 100,000 messages nor one that hangs stops the others.
 */
export async function* catchUp(
  page: Page,
  seen: SeenMessages,
  { since, mayLoadEarlier }: CatchUpFrom,
  signal: AbortSignal,
): AsyncIterable<CatchUpPart> {
  const sinceS = Math.floor(since.getTime() / 1000);
  const inTime = <T>(answer: Promise<T>) => withSignal(answer, deadline(ANSWER_MS, signal));
  let chatIds = await inTime(page.evaluate(chatsSince, sinceS));
  let cursor: MissedCursor | null = { chat: 0, after: null };
  const bounds = { sinceS, mayLoadEarlier, limit: PART, budgetMs: BUDGET_MS, loadMs: LOAD_MS };
  while (cursor !== null && chatIds.length > 0) {
    chatIds = chatIds.slice(cursor.chat);
    const question: MissedQuestion = { ...bounds, chatIds, cursor: { chat: 0, after: cursor.after } };
    const answer: MissedAnswer = await inTime(page.evaluate(readMissed, question));
    const oldestFirst = answer.messages.toSorted((a, b) => a.timestampS - b.timestampS);
    const messages = oldestFirst.map((record) => seen.known(record, true));
    yield { messages, failed: answer.failed, waiting: answer.waiting };
    cursor = answer.next;
  }
}

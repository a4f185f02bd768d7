import type { Message } from '@leadmaster/protocol';
import type { Sent } from './chat.ts';

export interface Judgement {
  /** Lies: SENT and not there, FAILED and there, twice there, out of order, never settled. */
  faults: string[];
  uncertain: string[];
  states: Record<string, number>;
}

const ACKNOWLEDGED: readonly string[] = ['SENT', 'DELIVERED', 'READ', 'PLAYED'];

/**
 * Holds what the service said of the texts of one chat against what the receiver got, in the order of arrival.
 * `accepted`: the texts in the order of their acceptance, each try of them.
 */
export function judgeChat(
  chat: string,
  { sent, accepted }: { sent: readonly Sent[]; accepted: readonly string[] },
  received: readonly string[],
): Judgement {
  const judgement: Judgement = { faults: [], uncertain: [], states: {} };
  for (const { text, messages } of sent) {
    const times = received.filter((body) => body === text).length;
    for (const message of messages) judgement.states[message.state] = (judgement.states[message.state] ?? 0) + 1;
    judgement.faults.push(...liesAbout(messages, times).map((lie) => `${chat}: "${text}" ${lie}`));
    judgement.uncertain.push(...messages.filter(isUncertain).map((message) => justification(message, times)));
  }
  const order = firstInversion(received, accepted);
  if (order !== null) judgement.faults.push(`${chat}: ${order}`);
  return judgement;
}

function liesAbout(messages: readonly Message[], times: number): string[] {
  const last = messages.at(-1);
  if (last === undefined) return ['was never accepted'];
  const said = messages.filter(({ state }) => ACKNOWLEDGED.includes(state)).length;
  const maybe = messages.filter(isUncertain).length;
  const lies: string[] = [];
  if (times > 1) lies.push(`arrived ${times} times`);
  if (said > times) lies.push(`was told ${last.state}, and did not arrive`);
  if (said + maybe < times) lies.push(`was told ${last.state} (${last.error}), and arrived`);
  if (last.state === 'QUEUED' || last.state === 'SENDING') lies.push(`stays ${last.state}`);
  return lies;
}

function isUncertain({ state }: Message): boolean {
  return state === 'UNCERTAIN';
}

function justification({ session, id, whatsappId, error }: Message, times: number): string {
  return `${session} ${id}: id ${whatsappId ?? 'none'}, ${error ?? 'no reason'}; it arrived ${times} times`;
}

/** The first text that arrived after one whose last try was accepted later. */
function firstInversion(received: readonly string[], accepted: readonly string[]): string | null {
  const place = new Map(accepted.map((text, index) => [text, index]));
  let highest = -1;
  for (const text of received) {
    const at = place.get(text);
    if (at === undefined) continue;
    if (at < highest) return `"${text}" arrived after "${accepted[highest]}"`;
    highest = at;
  }
  return null;
}

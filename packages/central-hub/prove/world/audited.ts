import type { Client } from '@leadmaster/client';
import { type AnyEvent, type AuditLine, BEGUN } from '@leadmaster/protocol';
import type { Order } from './orders.ts';
import type { Witnessed } from './witness.ts';

/** The act in the audit that each kind of order is. */
const ACTION_OF: Readonly<Record<Order['kind'], string>> = {
  create: 'createSession',
  start: 'startSession',
  stop: 'stopSession',
  delete: 'deleteSession',
  text: 'sendMessage',
};

/** The whole audit of a hub, every line as it was written, and what is wrong with its chain. */
export async function wholeAudit(client: Client): Promise<{ lines: AuditLine[]; problems: string[] }> {
  const { problems } = await client.call('verifyAudit', {}, { timeoutMs: 60_000 });
  const lines: AuditLine[] = [];
  for (let after = 0; ; ) {
    const { items, cursor } = await client.call('listAudit', { query: { after, limit: 500, all: true } });
    if (items.length === 0) {
      return { lines, problems: problems.map(({ problem, line }) => `the audit has a ${problem} at line ${line}`) };
    }
    lines.push(...items);
    after = cursor;
  }
}

/**
 * What is wrong with an audit: what was answered as done did not fail there, and nothing was carried out, by the machine's log and
 * by the witness, that had not begun there.
 */
export function judgeAudit(
  orders: readonly Order[],
  lines: readonly AuditLine[],
  machine: readonly AnyEvent[],
  witnessed: readonly Witnessed[],
): string[] {
  const acts = Map.groupBy(lines, ({ action, session }) => `${action} ${session}`);
  return [...Map.groupBy(orders, ({ kind, session }) => `${ACTION_OF[kind]} ${session}`)].flatMap(([act, given]) => {
    const { begun, done } = countsOf(acts.get(act) ?? []);
    // One that was repeated may have been answered by what is there already.
    const answered = given.filter(({ outcome, why }) => outcome === 'done' && why === undefined).length;
    const carriedOut = timesOf(given[0] as Order, machine, witnessed);
    return [
      ...(done < answered
        ? [`${act} was answered ${answered} times, and done ${done} times at most by the audit`]
        : []),
      ...(begun < carriedOut
        ? [`${act} was carried out ${carriedOut} times, and began ${begun} times by the audit`]
        : []),
    ];
  });
}

/** `done`: also those without a result, which is not there where the database was away when the act ended. */
function countsOf(lines: readonly AuditLine[]): { begun: number; done: number } {
  const begun = lines.filter(({ result }) => result === BEGUN);
  const ended = new Set(lines.map((line) => line.begun));
  const open = begun.filter(({ id }) => !ended.has(id)).length;
  const ok = lines.filter(({ result }) => result === 'ok' || result === 'accepted').length;
  return { begun: begun.length, done: ok + open };
}

/** How often such an order was carried out for its session at least. Starts and stops are told by their answers alone. */
function timesOf({ kind, session }: Order, machine: readonly AnyEvent[], witnessed: readonly Witnessed[]): number {
  if (kind === 'text') return witnessed.filter((line) => line.kind === 'text' && line.session === session).length;
  if (kind === 'create') return machine.some((event) => event.session === session) ? 1 : 0;
  return 0;
}

import type { AnyEvent, EventOf } from '@leadmaster/protocol';
import type { Order } from './orders.ts';
import type { Witnessed } from './witness.ts';

/**
 * What is wrong with a copy of a machine's log: each of its events must be there once, and those of each session in its order.
 * The copy has numbers of its own. Events that it tells as gone (`events.gap`) are not missing.
 */
export function judgeLog(what: string, machine: readonly AnyEvent[], copy: readonly AnyEvent[]): string[] {
  const gaps = copy.filter(({ type }) => type === 'events.gap').map(({ data }) => data as { from: number; to: number });
  const kept = machine.filter(({ id }) => !gaps.some(({ from, to }) => id >= from && id <= to));
  const copied = copy.filter(({ type }) => type !== 'events.gap');
  const faults: string[] = [];
  const [there, here] = [bySession(kept), bySession(copied)];
  for (const session of new Set([...there.keys(), ...here.keys()])) {
    const fault = difference(there.get(session) ?? [], here.get(session) ?? []);
    if (fault !== null) faults.push(`${what}, ${session === '' ? 'no session' : session}: ${fault}`);
  }
  return faults;
}

function bySession(events: readonly AnyEvent[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { session, type, at, data } of events) {
    const told = all.get(session) ?? [];
    told.push(canonical({ type, at, data }));
    all.set(session, told);
  }
  return all;
}

/** A value as JSON, in which the order of fields says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function difference(wanted: readonly string[], found: readonly string[]): string | null {
  const at = wanted.findIndex((event, index) => event !== found[index]);
  if (at === -1) {
    return found.length === wanted.length
      ? null
      : `${found.length - wanted.length} events too many: ${found[wanted.length]}`;
  }
  return `${found.length} of ${wanted.length} events; the first that differs is number ${at + 1}: ${wanted[at]} against ${found[at] ?? 'nothing'}`;
}

/** What is wrong with orders that make, start, stop and delete: what the machine's log tells, against what was answered. */
export function judgeOrders(orders: readonly Order[], machine: readonly AnyEvent[]): string[] {
  const log = Map.groupBy(machine, ({ session }) => session);
  return [...Map.groupBy(orders, ({ session }) => session)].flatMap(([session, given]) => {
    const path = (log.get(session) ?? []).filter(isState).map(({ data: { to, reason } }) => `${to} (${reason})`);
    const counts = {
      create: Math.min(1, path.length),
      ...stopsAndStarts(
        path,
        given.some(({ kind }) => kind === 'delete'),
      ),
    };
    const all = given.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', ');
    return Object.entries(counts).flatMap(([kind, count]) => {
      const orders = given.filter((order) => order.kind === kind);
      return outOfBounds(`${kind} of ${session}, which was given ${all} and went ${tail(path)},`, orders, count);
    });
  });
}

/** The end of a path: a session may have been started hundreds of times. */
function tail(path: readonly string[]): string {
  const shown = path.slice(-20).join(' -> ');
  return path.length > 20 ? `... -> ${shown}` : shown;
}

const SERVICE_KILLED = 'service_ended_unexpectedly';
const [STOPPING, STOPPED] = ['STOPPING (requested)', 'STOPPED (requested)'];
/** With a saved login, and without one. */
const BEGUN = /^(RECONNECTING|INITIALIZING) /;
/** A service that was killed tells the ends of its sessions at its next start, and of the starts that it then makes. */
const [KILLED, CAME_BACK] = [`STOPPED (${SERVICE_KILLED})`, '(service_started)'];

/**
 * How many orders to stop and to start the path of a session shows. Killed in the midst of an order, a service ends it at its next
 * start: the stop that was not begun is a session that is not brought back, unless it was to be deleted.
 */
export function stopsAndStarts(path: readonly string[], isDeleted: boolean): { stop: number; start: number } {
  const isNotBegun = (at: number): boolean =>
    path[at] === KILLED &&
    path[at - 1] !== STOPPING &&
    !path[at + 1]?.endsWith(CAME_BACK) &&
    !(isDeleted && at === path.length - 1);
  const isEnded = (at: number): boolean =>
    path[at] === STOPPED || (path[at] === KILLED && path[at - 1] === STOPPING) || isNotBegun(at);
  const indexes = path.map((_, at) => at);
  return {
    stop: indexes.filter((at) => path[at] === STOPPING || isNotBegun(at)).length,
    start: indexes.filter((at) => at > 0 && isEnded(at - 1) && BEGUN.test(path[at] ?? '')).length,
  };
}

/** What is wrong with sessions that got no order: they leave READY only when their service is killed. */
export function judgeLeavings(steady: readonly string[], machine: readonly AnyEvent[]): string[] {
  return machine
    .filter(isState)
    .filter(
      ({ session, data: { from, reason } }) =>
        steady.includes(session) && from === 'READY' && reason !== SERVICE_KILLED,
    )
    .map(({ session, at, data: { to, reason } }) => `${session} left READY for ${to} (${reason}) at ${at}`);
}

function isState(event: AnyEvent): event is EventOf<'session.state'> {
  return event.type === 'session.state';
}

/** What is wrong with texts: each at most once on WhatsApp's page, and as often as was answered; `told`: messages whose fate is told as failed or uncertain. */
export function judgeTexts(
  orders: readonly Order[],
  witnessed: readonly Witnessed[],
  told: ReadonlySet<string>,
): string[] {
  const texts = witnessed.filter((line) => line.kind === 'text').map(({ text }) => text);
  const counts = Map.groupBy(texts, (text) => text);
  return orders
    .filter(({ kind }) => kind === 'text')
    .flatMap((order) => {
      const count = counts.get(order.text ?? '')?.length ?? 0;
      const isTold = order.message !== undefined && told.has(order.message);
      if (isTold && count === 0) return [];
      return outOfBounds(`text "${order.text}"`, [order], count);
    });
}

function outOfBounds(what: string, given: readonly Order[], count: number): string[] {
  const of = (outcome: Order['outcome']): number => given.filter((order) => order.outcome === outcome).length;
  const [least, most] = [of('done'), of('done') + of('unknown')];
  if (count >= least && count <= most) return [];
  const why = given.map(({ outcome, why = '' }) => `${outcome} ${why}`).join('; ');
  return [`${what} was carried out ${count} times, and answered as ${least} to ${most}: ${why}`];
}

/** What is wrong with sessions that got no order: one browser for each start of their service. The log says why there was another. */
export function judgeSteady(
  steady: readonly string[],
  witnessed: readonly Witnessed[],
  machine: readonly AnyEvent[],
): string[] {
  const launches = witnessed.filter((line) => line.kind === 'launch').filter(({ session }) => steady.includes(session));
  const counts = Map.groupBy(launches, ({ pid, session }) => `${session} in process ${pid}`);
  return [...counts].flatMap(([what, each]) => {
    if (each.length === 1) return [];
    const states = machine.filter(isState).filter(({ session }) => session === each[0]?.session);
    const path = states.map(({ data: { to, reason } }) => `${to} (${reason})`).join(' -> ');
    return [`${what} was started ${each.length} times; it went ${path}`];
  });
}

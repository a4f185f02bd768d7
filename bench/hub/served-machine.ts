import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Run as a child: what a hub asks of a session manager, for thousands of sessions that are rows alone, at a steady rate of events. */
export interface MachineOrder {
  /** A session, and what the machine tells of itself, as a real session manager answered. */
  session: Record<string, unknown>;
  facts: Record<string, unknown>;
  names: string[];
  /** Events a second; 0: none. */
  rate: number;
}

const TICK_MS = 50;
/** Events before this number are forgotten: the hub has read them. */
const KEPT = 50_000;
const LOG = 'be0c4be0c4be0c4b';

let order: MachineOrder = { session: {}, facts: {}, names: [], rate: 0 };
let events: { id: number }[] = [];
let newest = 0;
const waiting = new Set<() => void>();

/** As many as the time since the last turn asks for. */
let due = 0;
setInterval(() => {
  due += (order.rate * TICK_MS) / 1000;
  if (due < 1) return;
  for (; due >= 1; due -= 1) {
    newest += 1;
    events.push(eventOf(newest));
  }
  if (events.length > 2 * KEPT) events = events.slice(-KEPT);
  for (const wake of [...waiting]) wake();
}, TICK_MS);

function eventOf(id: number) {
  const session = order.names[(id * 7919) % order.names.length];
  const data = {
    id: `msg_${id}`,
    whatsappId: `true_5491100000001@c.us_${id}`,
    state: 'DELIVERED',
    to: '5491100000001',
  };
  return { id, session, type: 'message.ack', at: new Date().toISOString(), data };
}

async function page(query: URLSearchParams): Promise<object> {
  const after = Number.parseInt(query.get('after') ?? '0', 10);
  const limit = Number(query.get('limit') ?? 100);
  if (after >= newest) await news(Number(query.get('wait') ?? 0) * 1000);
  const begin = events.findIndex(({ id }) => id > after);
  const items = begin === -1 ? [] : events.slice(begin, begin + limit);
  return { items, cursor: items.at(-1)?.id ?? after, oldest: events[0]?.id ?? 0, logId: LOG };
}

function news(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  waiting.add(resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    waiting.delete(resolve);
  });
}

async function answerTo({ url = '', method }: IncomingMessage): Promise<object> {
  const { pathname, searchParams } = new URL(url, 'http://machine');
  if (pathname === '/v1/machine') return { ...order.facts, logId: LOG };
  if (pathname === '/v1/events') return page(searchParams);
  if (pathname === '/v1/sessions') return { items: order.names.map(sessionOf), cursor: null };
  if (pathname.startsWith('/v1/sessions/'))
    return sessionOf(decodeURIComponent(pathname.slice('/v1/sessions/'.length)));
  if (pathname.endsWith('/sending')) return { revision: 0, machine: 'on', tenants: [] };
  return method === 'PUT' ? confirmed() : { status: 'ok', version: '0.0.0', uptimeSeconds: 1 };
}

function confirmed(): object {
  const at = new Date().toISOString();
  return {
    ...{ id: 'hub', confirmed: newest, unconfirmed: { events: 0, bytes: 0, since: null } },
    ...{ registeredAt: at, seenAt: at, logId: LOG, oldest: events[0]?.id ?? 0, newest },
  };
}

function sessionOf(name: string): object {
  return { ...order.session, name, state: 'READY' };
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  request.resume();
  void answerTo(request).then((body) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
process.on('message', (given: MachineOrder) => {
  order = given;
  process.send?.('ordered');
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

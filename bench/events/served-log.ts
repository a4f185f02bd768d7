import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LeadMasterEvent } from '@leadmaster/protocol';
import { pino } from 'pino';
import { Registry } from 'prom-client';

/** Run as a child: the event log and the HTTP server of one version, with nothing else behind them. */
const [root = '', key = ''] = process.argv.slice(2);
const source = join(root, 'packages/session-manager/src');
const { createHttpServer } = await import(join(source, 'http/server.ts'));
const { createStateStore } = await import(join(source, 'state/sqlite-state-store.ts'));
const { pageOfEvents, followEvents } = await import(join(source, 'lifecycle/event-feed.ts'));

/** What the benchmark asks of this process. */
export type Order = { kind: 'append'; count: number; bytes: number } | { kind: 'usage' } | { kind: 'end' };

/** What it answers. */
export interface Usage {
  processorMs: number;
  rssBytes: number;
  peakBytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'leadmaster-bench-events-'));
const store = createStateStore({ file: join(folder, 'session-manager.db') });
const sessions = {
  get: async () => ({}),
  events: (query: object) => pageOfEvents(store.events, query),
  follow: (query: object) => followEvents(store.events, query),
  lastEventId: () => store.events.lastId(),
  eventLog: () => store.events.log(),
};
const nothing = {};
const app = await createHttpServer({
  sessions,
  ...{ snapshots: nothing, storage: nothing, adoption: nothing, builds: nothing, place: nothing },
  ...{ departures: nothing, arrivals: nothing },
  config: { dataDir: folder, compat: 'key' },
  keys: { adminKey: key, serviceToken: key },
  ...{ log: pino({ level: 'silent' }), metrics: new Registry(), ready: () => true, version: '0' },
});

/** Five events to a transaction, as messages and their acknowledgements come. */
async function append(count: number, bytes: number): Promise<void> {
  const data = { text: 'x'.repeat(bytes) };
  for (let made = 0; made < count; made += 5) {
    store.atomically((): LeadMasterEvent[] =>
      Array.from({ length: 5 }, () => store.events.append({ session: 'ventas', type: 'message.ack', data })),
    );
    await nextTurn();
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    processorMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function end(): Promise<void> {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
  process.disconnect?.();
}

process.on('message', (order: Order) => {
  if (order.kind === 'append') void append(order.count, order.bytes).then(() => process.send?.('appended'));
  if (order.kind === 'usage') process.send?.(usage());
  if (order.kind === 'end') void end();
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.(app.server.address().port);

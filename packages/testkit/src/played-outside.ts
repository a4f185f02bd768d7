import { MemoryStore } from '@leadmaster/vault';
import type { Outside } from '../../session-manager/src/context.ts';
import type { BrowserFound } from '../../session-manager/src/engine/browser/find.ts';
import type { DrillBrowser } from '../../session-manager/src/engine/drill/drill-browser.ts';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';
import { PlayedCapture } from './capture-here.ts';
import { FakeEngine, type FakeRun } from './fake-engine.ts';
import { FaultyBlobStore } from './faulty-blob-store.ts';
import { type Faults, faultyStateStore } from './faulty-state-store.ts';

/** The database as it was opened, and who listens to its events. */
interface Database {
  store: StateStore;
  faults: Faults;
  listeners: number;
}

/** All that is outside of a service, played, and the means to play it. */
export interface PlayedOutside {
  outside: Outside;
  engine: FakeEngine;
  captures: PlayedCapture;
  blobs: FaultyBlobStore;
  /** Throws before the service has opened it. */
  database(): Database;
}

/** Browsers without processes, copies in memory, a vault in memory (or over the given objects), and the real database. */
export function playOutside(blobs = new FaultyBlobStore(new MemoryStore())): PlayedOutside {
  const engine = new FakeEngine();
  engine.onRun = acknowledged;
  const captures = new PlayedCapture();
  let database: Database | null = null;
  const outside: Outside = {
    engine,
    browsers: { find: async () => BROWSER },
    drill: DRILL,
    capture: captures.take,
    openStore: async () => blobs,
    store(opened) {
      database = { ...faultyStateStore(opened), listeners: 0 };
      countListeners(opened, database);
      return database.store;
    },
  };
  return {
    ...{ outside, engine, captures, blobs },
    database() {
      if (database === null) throw new Error('no database was opened');
      return database;
    },
  };
}

/** WhatsApp's server takes every text. */
function acknowledged(run: FakeRun): void {
  const send = run.onSend;
  run.onSend = async (handover, whatsappId) => ({ ...(await send(handover, whatsappId)), ack: 1 });
}

function countListeners({ events }: StateStore, database: Database): void {
  const subscribe = events.subscribe.bind(events);
  events.subscribe = (listener) => {
    const end = subscribe(listener);
    database.listeners += 1;
    return () => {
      database.listeners -= 1;
      end();
    };
  };
}

const BROWSER: BrowserFound = {
  ...{ path: '/nowhere/chromium', product: 'Chromium', version: '156.0.0.0', major: 156 },
  kind: 'chromium',
};

/** A browser that finds every copy whole. */
const DRILL: DrillBrowser = {
  read: async () => ({
    ...{ census: { localStorage: 0, rows: {} }, readRows: 0, login: [{ name: 'login', ok: true, detail: 'is there' }] },
    ...{ browserVersion: BROWSER.version, isolation: 'namespace' },
  }),
  numbers: async () => ({}),
};

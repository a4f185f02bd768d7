import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ADMIN_KEY, type Answer, type Ask, QUICK_DISK, SERVICE_TOKEN, send } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AuditEnds } from '../src/audit-ends.ts';
import { MachineReaders } from '../src/events/readers.ts';
import { createHubServer, type HubServerOptions } from '../src/http/server.ts';
import { MachineLinks } from '../src/machines/links.ts';
import { SendingTeller } from '../src/machines/sending-teller.ts';
import { MoveRunner, type MoveRunnerOptions } from '../src/moves/runner.ts';
import { loadSeal } from '../src/secrets/seal.ts';
import { type HubStore, openStore } from '../src/store/index.ts';

export { type Answer, type Ask, send } from '@leadmaster/testkit';

/** A hub that runs. */
export interface RunningHub {
  port: number;
  store: HubStore;
  links: MachineLinks;
  dataDir: string;
  logLines: string[];
  ask: (path: string, ask?: Ask) => Promise<Answer>;
  /** Breaks every connection that is open; the hub runs on. */
  cut: () => void;
  close: () => Promise<void>;
}

/** What a test sets otherwise. */
export type HubOptions = Partial<HubServerOptions> & {
  moves?: Partial<MoveRunnerOptions>;
  /** Where its data lies; a folder of its own, removed at the end, unless given. */
  dataDir?: string;
};

/** What a hub's HTTP server is made of, with the keys of the tests. */
export function serverOptions(parts: Pick<HubServerOptions, 'store' | 'links' | 'teller' | 'log'>): HubServerOptions {
  return {
    ...parts,
    wakeMoves: () => undefined,
    secrets: { adminKey: ADMIN_KEY, serviceToken: SERVICE_TOKEN },
    metrics: new Registry(),
    version: '0.0.0',
    url: null,
    name: null,
    trustedProxies: [],
    ratePerSecond: 1000,
    compat: 'key',
    compatSessions: null,
    dashboard: null,
    attentionOf: () => null,
  };
}

/** The services of a hub on a data folder of its own, over HTTP on a loopback port. */
export async function startHub(options: HubOptions = {}): Promise<RunningHub> {
  const folder = options.dataDir === undefined ? await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-')) : null;
  const dataDir = options.dataDir ?? folder ?? '';
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const seal = loadSeal(join(dataDir, 'hub.secret'), true);
  const store = await openStore({ url: null, dataDir, seal, log });
  const links = new MachineLinks(store.machines, log);
  const readers = new MachineReaders({ store, links, holder: 'test', leaseSeconds: 15, log });
  const teller = new SendingTeller(store, links, log);
  const moves = new MoveRunner({ store, links, holder: 'test', leaseSeconds: 15, log, ...options.moves });
  const ends = new AuditEnds({ store, links, log, lookMs: 100 });
  const app = await createHubServer({
    ...serverOptions({ store, links, teller, log }),
    wakeMoves: () => moves.wake(),
    attentionOf: (machine) => readers.attentionOf(machine),
    ...options,
  });
  await links.start();
  readers.start();
  teller.start();
  moves.start();
  ends.start();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ask = (path: string, asked?: Ask): Promise<Answer> => send(port, path, asked);
  return {
    ...{ port, store, links, dataDir, logLines, ask },
    cut: () => app.server.closeAllConnections(),
    async close() {
      teller.stop();
      await Promise.all([app.close(), readers.close(), moves.close(), ends.close()]);
      links.close();
      await store.close();
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

import { randomUUID } from 'node:crypto';
import { listen } from '@leadmaster/service-kit/http';
import { type LogSink, measureLog } from '@leadmaster/service-kit/log';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AuditEnds } from './audit-ends.ts';
import { BackupKeeper } from './backups/keeper.ts';
import type { HubConfig } from './config/index.ts';
import { MachineReaders } from './events/readers.ts';
import { keepTidy } from './housekeeping.ts';
import type { HostRoute } from './http/host-routes.ts';
import { createHubServer } from './http/server.ts';
import { listeningOf } from './listening.ts';
import { MachineLinks } from './machines/links.ts';
import { knowLocalMachine, type LocalMachine, nameOf } from './machines/local.ts';
import { SendingTeller } from './machines/sending-teller.ts';
import { MoveRunner } from './moves/runner.ts';
import type { HubStore } from './store/index.ts';

export interface LiveOptions {
  config: HubConfig;
  secrets: { adminKey: string; serviceToken: string };
  /** The content of `HUB_SECRET_FILE`. */
  secret: string;
  log: Logger;
  /** What writes that log: the lines that it drops are counted. */
  sink: Pick<LogSink, 'dropped'>;
  version: string;
  /** The session manager of the same process. */
  local: LocalMachine | null;
  /** The folder of the built dashboard; null where there is none. */
  dashboard: string | null;
  /** What the host of the hub adds. */
  hostRoutes?: readonly HostRoute[];
  /** How long its lease of a machine's log lasts without a renewal. */
  leaseSeconds: number;
}

/** What answers at the hub's address. */
export interface Answering {
  /** Where, such as `http://127.0.0.1:3012`. */
  url: string;
  close(): Promise<void>;
}

/** The hub over its open store: answers HTTP and reads the logs of all machines. The store is closed with it, and when it cannot begin. */
export async function goLive(
  store: HubStore,
  { config, secrets, secret, log, sink, version, local, dashboard, hostRoutes = [], leaseSeconds }: LiveOptions,
): Promise<Answering> {
  const links = new MachineLinks(store.machines, log);
  // The only hub on its database reads on at once after a restart: the lease was its own.
  const holder = config.databaseUrl === null ? 'the only hub' : `${process.pid}-${randomUUID()}`;
  const readers = new MachineReaders({ store, links, holder, leaseSeconds, log });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  measureLog(metrics, sink);
  const attentionOf = (machine: string) => readers.attentionOf(machine);
  const teller = new SendingTeller(store, links, log);
  const moves = new MoveRunner({ store, links, holder, leaseSeconds, log });
  const ownMachine = local === null ? null : nameOf(local);
  const backups = new BackupKeeper({ store, links, secret, local: ownMachine, metrics, log });
  const ends = new AuditEnds({ store, links, log });
  const wakeMoves = () => moves.wake();
  const own = { store, links, teller, secrets, log, metrics, version, attentionOf, wakeMoves, dashboard, hostRoutes };
  const http = await createHubServer({ ...config, ...own });
  const tidy = keepTidy({ store, links, kept: { ...config.events, auditMs: config.auditMs }, log });

  async function close(): Promise<void> {
    tidy.stop();
    teller.stop();
    await Promise.all([http.close(), readers.close(), moves.close(), backups.close(), ends.close()]);
    links.close();
    await store.close();
  }

  try {
    if (local !== null) await knowLocalMachine(store, local);
    await links.start();
    const url = await listen(http, listeningOf(config));
    readers.start();
    teller.start();
    moves.start();
    backups.start();
    ends.start();
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

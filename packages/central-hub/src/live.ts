import { listen } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { HubConfig } from './config/index.ts';
import { MachineReaders } from './events/readers.ts';
import { keepTidy } from './housekeeping.ts';
import { createHubServer } from './http/server.ts';
import { listeningOf } from './listening.ts';
import { MachineLinks } from './machines/links.ts';
import { knowLocalMachine, type LocalMachine } from './machines/local.ts';
import type { HubStore } from './store/index.ts';

export interface LiveOptions {
  config: HubConfig;
  secrets: { adminKey: string; serviceToken: string };
  log: Logger;
  version: string;
  /** The session manager of the same process. */
  local: LocalMachine | null;
  /** Who claims the logs of machines: another word for each process, but for the only hub on its database. */
  holder: string;
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
  { config, secrets, log, version, ...options }: LiveOptions,
): Promise<Answering> {
  const links = new MachineLinks(store.machines, log);
  const readers = new MachineReaders({ store, links, holder: options.holder, leaseSeconds: options.leaseSeconds, log });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const http = await createHubServer({ ...config, store, links, secrets, log, metrics, version });
  const tidy = keepTidy({ store, links, kept: config.events, log });

  async function close(): Promise<void> {
    tidy.stop();
    await Promise.all([http.close(), readers.close()]);
    links.close();
    await store.close();
  }

  try {
    if (options.local !== null) await knowLocalMachine(store.machines, options.local);
    await links.start();
    const url = await listen(http, listeningOf(config));
    readers.start();
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { LeadMasterError } from '@leadmaster/protocol';
import { APP_TIMING, createHttpApp, isOpen, listen, serviceRoutes } from '@leadmaster/service-kit/http';
import { Registry } from 'prom-client';
import { listeningOf } from './listening.ts';
import { type Answering, goLive, type LiveOptions } from './live.ts';
import type { HubStore } from './store/index.ts';

const AGAIN_MS = 2_000;

/**
 * A hub whose database does not answer yet: tells that to every caller, tries again, and goes live once it does. Sessions run on
 * meanwhile: they know nothing of the hub.
 */
export async function waitForStore(
  open: () => Promise<HubStore>,
  why: LeadMasterError,
  options: LiveOptions,
): Promise<Answering> {
  const { config, log } = options;
  const ending = new AbortController();
  let answering = await tellWaiting(why, options);
  const { url } = answering;
  // On the port that was announced, also where any was taken.
  const there = { ...options, config: { ...config, port: Number(new URL(url).port) } };
  log.error({ err: why }, 'the hub waits for its database');

  async function turn(): Promise<void> {
    while (!ending.signal.aborted) {
      await sleep(AGAIN_MS, undefined, { signal: ending.signal, ref: false }).catch(() => {});
      const store = ending.signal.aborted ? null : await tried(open);
      if (store === null) continue;
      await answering.close();
      answering = await goLive(store, there);
      log.info('the database answers: the hub is open');
      return;
    }
  }
  const turning = turn().catch((error: unknown) => log.error({ err: error }, 'the hub could not open'));

  return {
    url,
    async close() {
      ending.abort();
      await turning;
      await answering.close();
    },
  };
}

/** The store, or null while its database is away. What else is wrong with it does not pass by itself. */
async function tried(open: () => Promise<HubStore>): Promise<HubStore | null> {
  try {
    return await open();
  } catch (error) {
    if (isAway(error)) return null;
    throw error;
  }
}

/** Whether the database may answer later. */
export function isAway(error: unknown): error is LeadMasterError {
  return error instanceof LeadMasterError && error.code === 'database_unreachable';
}

/** Answers `/health`, and tells everything else why it waits. */
async function tellWaiting(why: LeadMasterError, { config, log, version }: LiveOptions): Promise<Answering> {
  const metrics = new Registry();
  const refuse = (): never => {
    throw new LeadMasterError(why.code, why.message, why.hint);
  };
  const { app } = await createHttpApp({
    log,
    metrics,
    timing: APP_TIMING,
    authenticate: (request) => {
      if (!isOpen(request)) refuse();
    },
    api: { title: 'LeadMaster Central Hub', version, description: '', tags: {}, components: {}, keys: '' },
  });
  serviceRoutes(app, { service: 'central-hub', metrics, version, requireReady: refuse });
  await app.ready();
  const url = await listen(app, listeningOf(config));
  return { url, close: () => app.close() };
}

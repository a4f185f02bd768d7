import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { APP_TIMING, createHttpApp, isOpen, listen, serviceRoutes } from '@leadmaster/service-kit/http';
import { measureLog } from '@leadmaster/service-kit/log';
import { portOf } from '@leadmaster/service-kit/process';
import { Registry } from 'prom-client';
import { listeningOf } from './listening.ts';
import { type Answering, goLive, type LiveOptions } from './live.ts';
import type { HubStore } from './store/index.ts';

const AGAIN_MS = 2_000;

/** What callers are told while the hub waits: the newest reason. */
interface Waiting {
  why: LeadMasterError;
}

/**
 * A hub whose database does not answer yet: tells that to every caller, tries again, and goes live once it does. What keeps it
 * from that is told, and tried again: the process may be that of a session manager too, whose sessions run on.
 */
export async function waitForStore(
  open: () => Promise<HubStore>,
  why: LeadMasterError,
  options: LiveOptions,
): Promise<Answering> {
  const { config, log } = options;
  const ending = new AbortController();
  const waiting: Waiting = { why };
  const first = await tellWaiting(waiting, options);
  let answering: Answering | null = first;
  // On the port that was announced, also where any was taken.
  const there = { ...options, config: { ...config, port: portOf(first.url) } };
  log.error({ err: why }, 'the hub waits for its database');

  async function goLiveNow(): Promise<void> {
    const store = await open();
    await answering?.close();
    answering = null;
    answering = await goLive(store, there);
    log.info('the database answers: the hub is open');
  }

  /** One waits on as before while the database is away; all else is news. */
  async function waitOn(error: unknown): Promise<void> {
    waiting.why = reasonOf(error);
    if (!isAway(error)) log.error({ err: error }, 'the hub could not open; it tries again');
    answering ??= await tellWaiting(waiting, there).catch((failure: unknown) => {
      log.error({ err: failure }, 'the hub could not tell why it waits; it tries again');
      return null;
    });
  }

  async function turn(): Promise<void> {
    for (;;) {
      await sleep(AGAIN_MS, undefined, { signal: ending.signal, ref: false }).catch(() => {});
      if (ending.signal.aborted) return;
      try {
        return await goLiveNow();
      } catch (error) {
        await waitOn(error);
      }
    }
  }
  const turning = turn();

  return {
    url: first.url,
    async close() {
      ending.abort();
      await turning;
      await answering?.close();
    },
  };
}

/** Why a hub does not open, for its callers. */
function reasonOf(error: unknown): LeadMasterError {
  if (error instanceof LeadMasterError) return error;
  const hint = 'The hub tries again by itself; its log has more.';
  return new LeadMasterError('storage_failed', `The hub cannot open: ${errorText(error)}`, hint, { cause: error });
}

/** Whether the database may answer later. */
export function isAway(error: unknown): error is LeadMasterError {
  return error instanceof LeadMasterError && error.code === 'database_unreachable';
}

/** Answers `/health`, and tells everything else why it waits. */
async function tellWaiting(waiting: Waiting, { config, log, sink, version }: LiveOptions): Promise<Answering> {
  const metrics = new Registry();
  measureLog(metrics, sink);
  const refuse = (): never => {
    const { code, message, hint } = waiting.why;
    throw new LeadMasterError(code, message, hint);
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

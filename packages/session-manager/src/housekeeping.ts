import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Sessions } from './lifecycle/sessions.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import type { StateStore } from './state/state-store.ts';
import { sessionsUnderWay } from './transfer/departure-facts.ts';

const MINUTE = 60_000;

/** After READY the page still loads its chats; the first figures are taken when that is done. */
const SETTLED_MS = 3_000;

/** The small regular work of a service: memory of browsers, the first size after a start, retention, trash. Each job skips a turn while it still runs. */
export function startHousekeeping(deps: {
  sessions: Sessions;
  profiles: ProfileStore;
  store: StateStore;
  config: Config;
  log: Logger;
}): () => Promise<void> {
  const { sessions, profiles, store, config, log } = deps;
  const jobs = [
    every(MINUTE, 'looking after the sessions', async () => {
      sessions.doubtOverdue();
      for (const supervisor of sessions.supervisors()) {
        supervisor.saveHealth();
        await supervisor.liveRun?.measureMemory();
      }
    }),
    every(60 * MINUTE, 'retention', async () => {
      store.sweep(config.retention);
      const { trashDays, trashBytes } = config.retention;
      const emptied = await profiles.emptyTrash(trashDays, trashBytes, sessionsUnderWay(store));
      if (emptied.length > 0) log.info({ emptied }, 'trash was emptied by age and size');
    }),
  ];

  function every(ms: number, what: string, task: () => Promise<void>): () => Promise<void> {
    let running: Promise<void> | null = null;
    const timer = setInterval(() => {
      running ??= task()
        .catch((error: unknown) => log.error({ err: error }, `${what} failed`))
        .finally(() => {
          running = null;
        });
    }, ms);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await running;
    };
  }

  const first = new Set<NodeJS.Timeout>();
  const unsubscribe = store.events.subscribe((event) => {
    if (event.type !== 'session.state' || event.data.to !== 'READY') return;
    const timer = setTimeout(() => {
      first.delete(timer);
      Promise.all([sessions.measure(event.session), sessions.measureMemory(event.session)]).catch((error: unknown) =>
        log.warn({ session: event.session, err: error }, 'the first measurement failed'),
      );
    }, SETTLED_MS);
    first.add(timer);
  });

  return async () => {
    unsubscribe();
    for (const timer of first) clearTimeout(timer);
    await Promise.all(jobs.map((stop) => stop()));
  };
}

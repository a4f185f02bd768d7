import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import type { PlaceKeeper } from './lifecycle/place-keeper.ts';
import type { SessionSupervisor } from './lifecycle/supervisor.ts';
import { USAGE_EVERY_S } from './lifecycle/usage-history.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import type { StateStore } from './state/state-store.ts';
import { CLOCK_FACT, isDoubted, SteadyClock } from './steady-clock.ts';
import { sessionsUnderWay } from './transfer/departure-facts.ts';

const MINUTE = 60_000;

/** After READY the page still loads its chats; the first figures are taken when that is done. */
const SETTLED_MS = 3_000;

/** The clock of the hourly sweep, kept with this machine's other facts. */
function housekeepingClock(facts: StateStore['facts']): SteadyClock {
  return new SteadyClock({
    read: () => facts.get(CLOCK_FACT),
    write: (text) => facts.set(CLOCK_FACT, text),
  });
}

/** Deletes what is old: events and their like, and trash. By a clock that jumped ahead nothing is. */
export async function sweepOld(
  { store, profiles, config, log }: Pick<HousekeepingDeps, 'store' | 'profiles' | 'config' | 'log'>,
  clock: SteadyClock,
): Promise<void> {
  const seen = clock.look();
  const now = new Date(seen.believed);
  if (isDoubted(seen)) {
    const clocks = { clock: new Date(seen.wall), deletingAsOf: now };
    log.warn(clocks, 'the clock has jumped: it is not used for deletions until it is set right, or has run for a week');
  }
  const droppedBefore = store.hubs.droppedUpTo();
  store.sweep({ ...config.retention, now });
  const upTo = store.hubs.droppedUpTo();
  if (upTo > droppedBefore)
    log.warn({ upTo }, 'EVENTS_KEEP_MB was reached: events are gone that a hub has not confirmed');
  const { trashDays, trashBytes } = config.retention;
  const emptied = await profiles.emptyTrash(trashDays, trashBytes, sessionsUnderWay(store), now);
  if (emptied.length > 0) log.info({ emptied }, 'trash was emptied by age and size');
}

interface HousekeepingDeps {
  lifecycle: Pick<Lifecycle, 'roster' | 'measurements' | 'outbox' | 'usage'>;
  profiles: ProfileStore;
  store: StateStore;
  place: Pick<PlaceKeeper, 'renew'>;
  config: Pick<Config, 'retention'>;
  log: Logger;
}

/** The small regular work of a service: memory of browsers, the first size after a start, retention, trash. */
export function startHousekeeping(deps: HousekeepingDeps): () => Promise<void> {
  const { store, place, log } = deps;
  const { roster, outbox } = deps.lifecycle;
  const clock = housekeepingClock(store.facts);
  clock.look();
  const jobs = [
    every(USAGE_EVERY_S * 1000, log, 'looking after the sessions', async () => {
      outbox.doubtOverdue();
      for (const supervisor of roster.supervisors()) {
        supervisor.saveHealth();
        await measureUsage(deps, supervisor);
      }
    }),
    every(60 * MINUTE, log, 'retention', () => sweepOld(deps, clock)),
    every(60 * MINUTE, log, 'the marks of the place', async () => {
      place.renew();
      await Promise.all(roster.supervisors().map((supervisor) => supervisor.renewMark()));
    }),
  ];
  const stopMeasuring = measureOnceReady(deps);
  return async () => {
    stopMeasuring();
    await Promise.all(jobs.map((stop) => stop()));
  };
}

/** Does a task from time to time, and skips a turn while it still runs. Returns the way to stop. */
function every(ms: number, log: Logger, what: string, task: () => Promise<void>): () => Promise<void> {
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

async function measureUsage(
  { lifecycle: { roster, usage } }: HousekeepingDeps,
  { name, liveRun }: SessionSupervisor,
): Promise<void> {
  if (liveRun === null) return;
  const used = await liveRun.measureUsage();
  // A session that was deleted meanwhile leaves no samples to the next of its name.
  if (roster.has(name)) usage.note(name, liveRun, used);
}

/** Measures each session some time after it became READY. Returns the way to stop. */
function measureOnceReady(deps: HousekeepingDeps): () => void {
  const waiting = new Set<NodeJS.Timeout>();
  const unsubscribe = deps.store.events.subscribe((event) => {
    if (event.type !== 'session.state' || event.data.to !== 'READY') return;
    const timer = setTimeout(() => {
      waiting.delete(timer);
      measureFirst(deps, event.session).catch((error: unknown) =>
        deps.log.warn({ session: event.session, err: error }, 'the first measurement failed'),
      );
    }, SETTLED_MS);
    waiting.add(timer);
  });
  return () => {
    unsubscribe();
    for (const timer of waiting) clearTimeout(timer);
  };
}

/** A session that is gone meanwhile has no figures. */
async function measureFirst(deps: HousekeepingDeps, session: string): Promise<void> {
  const { roster, measurements } = deps.lifecycle;
  const supervisor = roster.find(session);
  if (supervisor === null) return;
  await Promise.all([measurements.measure(session), measureUsage(deps, supervisor)]);
}

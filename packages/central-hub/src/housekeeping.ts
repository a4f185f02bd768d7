import type { Logger } from 'pino';
import type { HubStore } from './store/index.ts';

const EVERY_MS = 10 * 60_000;
/** Machines forget long calls a day after their end, too. */
const OPERATIONS_MS = 48 * 3_600_000;

/** Removes what is older or more than is kept, from time to time. */
export function keepTidy(
  { events, operations }: HubStore,
  { keepMs, keepCount }: { keepMs: number; keepCount: number },
  log: Logger,
): { stop: () => void } {
  const tidy = async (): Promise<void> => {
    try {
      await events.prune({ olderThanMs: keepMs, maxRows: keepCount });
      await operations.prune(OPERATIONS_MS);
    } catch (error) {
      log.warn({ err: error }, 'old events could not be removed; it is tried again');
    }
  };
  const timer = setInterval(() => void tidy(), EVERY_MS).unref();
  return { stop: () => clearInterval(timer) };
}

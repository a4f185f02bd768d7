import { LeadMasterError } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { MachineLinks } from './machines/links.ts';
import type { HubStore } from './store/index.ts';

const EVERY_MS = 10 * 60_000;
/** Machines forget long calls a day after their end, too. */
const OPERATIONS_MS = 48 * 3_600_000;
/** A session that is being made longer than that was not made: the hub that began it has ended. */
const RESERVED_MS = 10 * 60_000;
/** What became of a link can be looked up that long after its end. */
const LINKS_MS = 30 * 86_400_000;
const ANSWER_MS = 5_000;

interface Tidied {
  store: HubStore;
  links: MachineLinks;
  kept: { keepMs: number; keepCount: number; auditMs: number };
  log: Logger;
}

/** Removes what is older or more than is kept, from time to time, and gives back names of sessions that were never made. */
export function keepTidy(tidied: Tidied): { stop: () => void } {
  const timer = setInterval(() => void tidy(tidied), EVERY_MS).unref();
  return { stop: () => clearInterval(timer) };
}

async function tidy(tidied: Tidied): Promise<void> {
  const { store, kept, log } = tidied;
  try {
    await store.events.prune({ olderThanMs: kept.keepMs, maxRows: kept.keepCount });
    await store.operations.prune(OPERATIONS_MS);
    await store.onboarding.prune(LINKS_MS);
    await store.audit.prune(kept.auditMs);
    await store.moves.prune(OPERATIONS_MS);
    await store.signIns.prune();
    await releaseUnmade(tidied);
  } catch (error) {
    log.warn({ err: error }, 'old events and lines of the audit could not be removed; it is tried again');
  }
}

/** Of a machine that does not answer, nothing is known: its names stay taken. */
async function releaseUnmade({ store, links }: Tidied): Promise<void> {
  for (const { name, machine } of await store.homes.unreported(RESERVED_MS)) {
    if (!links.isUp(machine)) continue;
    const { client } = await links.get(machine);
    const isMade = await client.call('getSession', { params: { session: name } }, { timeoutMs: ANSWER_MS }).then(
      () => true,
      (error: unknown) => !(error instanceof LeadMasterError && error.code === 'session_not_found'),
    );
    if (!isMade) await store.homes.release(name, machine);
  }
}

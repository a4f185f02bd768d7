import { shellWord } from '@leadmaster/protocol';
import {
  departuresUnderWay,
  FORGET_MS,
  openArrivals,
  type StateReading,
} from '@leadmaster/session-manager/installation';
import { type Finding, type FindingId, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

const HOUR_MS = 3_600_000;

/** What an arrival is that has stood in its phase for too long. */
const STUCK: Record<string, { id: FindingId; severity: Finding['severity']; afterMs: number }> = {
  prepared: { id: 'arrival_left', severity: 'note', afterMs: FORGET_MS },
  sealed: { id: 'arrival_sealed', severity: 'warning', afterMs: HOUR_MS },
  committing: { id: 'arrival_unfinished', severity: 'problem', afterMs: HOUR_MS },
};

/** Sessions whose login is to be here: linked, not moved away, and not on their way here. */
export function linkedHere(state: StateReading): StateReading['sessions'] {
  const reserved = openArrivals(state.transfers).filter(({ facts }) => facts.reserved);
  const coming = new Set(reserved.map(({ session }) => session));
  return state.sessions.filter(
    ({ name, state: stands, caughtUpTo }) => caughtUpTo !== null && stands !== 'MOVED' && !coming.has(name),
  );
}

/** Whether sessions that were to come here have come, or have been given up, and whether those that went have arrived. */
export async function checkTransfers(installation: Installation): Promise<Finding[]> {
  return installation.state === null
    ? []
    : [...arrivals(installation, installation.state), ...departures(installation, installation.state)];
}

function arrivals({ machine, config }: Installation, { transfers }: StateReading): Finding[] {
  const now = machine.now().getTime();
  return openArrivals(transfers).flatMap(({ id, session, phase, changedAt }) => {
    const stuck = STUCK[phase];
    if (stuck === undefined || now - Date.parse(changedAt) <= stuck.afterMs) return [];
    const url = `http://${config.host}:${config.port}/v1/transfers/${id}`;
    return [found(stuck.severity, stuck.id, session, { session, at: changedAt, url })];
  });
}

function departures({ machine }: Installation, { transfers }: StateReading): Finding[] {
  const now = machine.now().getTime();
  return departuresUnderWay(transfers)
    .filter(({ phase, changedAt }) => phase === 'handed_over' && now - Date.parse(changedAt) > HOUR_MS)
    .map(({ session, peer, changedAt }) => {
      const command = `./leadmaster transfer ${session} --to ${shellWord(peer)}`;
      return found('problem', 'departure_unfinished', session, { session, peer, at: changedAt, command });
    });
}

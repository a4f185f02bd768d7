import { z } from 'zod';
import type { TransferRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';

/** What the source remembers of a session that it gives away: all that is needed to take it back. */
const departureFacts = z.object({
  desired: z.enum(['running', 'stopped']),
  caughtUpTo: z.string().nullable(),
});
export type DepartureFacts = z.infer<typeof departureFacts>;

/**
 * - `begun`: the session is ours, however much was sent.
 * - `handed_over`: it is no longer ours. Written in the transaction of the tombstone.
 * - `done`: the other manager has confirmed that it has it.
 * - `returning`: the other manager has given it up for good; it is ours again, and may not be in place yet.
 * - `undone`, `failed`: over, and it is ours.
 */
export type DeparturePhase = 'begun' | 'handed_over' | 'done' | 'returning' | 'undone' | 'failed';

/** A session on its way from here, as its journal has it. */
export interface Departure extends Omit<TransferRow, 'facts' | 'phase' | 'peer'> {
  peer: string;
  phase: DeparturePhase;
  facts: DepartureFacts;
}

const OVER: readonly string[] = ['done', 'undone', 'failed'];

/** What of the journal is about sessions that go away. */
export class Departures {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  begin(id: string, session: string, generation: number, peer: string, facts: DepartureFacts): void {
    this.#store.transfers.begin({ ...{ id, session, generation, peer, facts }, role: 'source', phase: 'begun' });
  }

  get(id: string): Departure | null {
    const row = this.#store.transfers.get(id, 'source');
    return row === null ? null : toDeparture(row);
  }

  /** Those of a session that are not over, oldest first. */
  open(session: string): Departure[] {
    return this.#store.transfers
      .list('source')
      .filter((row) => row.session === session && !OVER.includes(row.phase))
      .map(toDeparture);
  }

  advance(id: string, phase: DeparturePhase, facts?: DepartureFacts): void {
    this.#store.transfers.advance(id, phase, facts);
  }

  /** The other manager has been found at another address. */
  foundAt(departure: Departure, origin: string): Departure {
    this.#store.transfers.setPeer(departure.id, origin);
    return { ...departure, peer: origin };
  }
}

/** What was given away and is not known to have arrived. */
export function departuresUnderWay(transfers: Pick<StateStore['transfers'], 'list'>): Departure[] {
  return transfers
    .list('source')
    .filter(({ phase }) => phase === 'handed_over' || phase === 'returning')
    .map(toDeparture);
}

/** Transfers from here that are not over, by their ids. */
export function openDepartures({ transfers }: Pick<StateStore, 'transfers'>): string[] {
  return transfers
    .list('source')
    .filter(({ phase }) => !OVER.includes(phase))
    .map(({ id }) => id);
}

/** The sessions of these: what lies in the trash of them may be the last that there is. */
export function sessionsUnderWay({ transfers }: StateStore): Set<string> {
  return new Set(departuresUnderWay(transfers).map(({ session }) => session));
}

function toDeparture(row: TransferRow): Departure {
  return {
    ...row,
    peer: row.peer ?? '',
    phase: row.phase as DeparturePhase,
    facts: departureFacts.parse(row.facts),
  };
}

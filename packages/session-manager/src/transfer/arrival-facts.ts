import { account, carriedBounds, metadata, type TransferPhase } from '@leadmaster/protocol';
import { z } from 'zod';
import type { TransferRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';

/** What a target remembers of a session on its way here. */
const arrivalFacts = z.object({
  chromium: z.string().nullable(),
  bytes: z.number(),
  metadata,
  account: account.nullable(),
  desired: z.enum(['running', 'stopped']),
  /** Whether the session's name was made here for it, before its profile came. */
  reserved: z.boolean(),
  /** From the seal on. */
  caughtUpTo: z.string().nullable(),
  told: z.array(z.string()),
  ...carriedBounds.shape,
});
export type ArrivalFacts = z.infer<typeof arrivalFacts>;

/** A session on its way here, as its journal has it. */
export interface Arrival extends Omit<TransferRow, 'facts' | 'phase'> {
  phase: TransferPhase;
  facts: ArrivalFacts;
}

/** A transfer that was announced and never sealed is given up at a start after so long: the source still has the session. */
export const FORGET_MS = 24 * 3_600_000;

/** Sessions on their way here: what is neither over nor given up. */
export function openArrivals(transfers: Pick<StateStore['transfers'], 'list'>): Arrival[] {
  return transfers
    .list('target')
    .filter(({ phase }) => phase !== 'committed' && phase !== 'aborted')
    .map(toArrival);
}

/** What of the journal is about sessions that come here. */
export class Arrivals {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  begin(id: string, session: string, generation: number, facts: ArrivalFacts): void {
    this.#store.transfers.begin({
      ...{ id, session, generation, facts },
      role: 'target',
      phase: 'prepared',
      peer: null,
    });
  }

  get(id: string): Arrival | null {
    const row = this.#store.transfers.get(id, 'target');
    return row === null ? null : toArrival(row);
  }

  open(): Arrival[] {
    return openArrivals(this.#store.transfers);
  }

  advance(id: string, phase: TransferPhase, facts?: ArrivalFacts): void {
    this.#store.transfers.advance(id, phase, facts);
  }
}

function toArrival(row: TransferRow): Arrival {
  return { ...row, phase: row.phase as TransferPhase, facts: arrivalFacts.parse(row.facts) };
}

import { LeadMasterError } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { isSignedOut } from '../service/client.ts';
import type { Choices, DeedName } from './bulk.ts';
import { orders } from './bulk-orders.ts';

/** How far an order for one session is. `left`: it was not given, since the rest was cancelled. */
export type Outcome = { is: 'waiting' | 'working' | 'done' | 'left' } | { is: 'failed'; error: unknown };

/** An order for several sessions that was given. */
export interface BulkRun {
  deed: DeedName;
  outcomes: ReadonlyMap<string, Outcome>;
  isCancelled: boolean;
  isOver: boolean;
}

/** The one that is under way, or was last; null where there is none, or it was read. */
export const run = signal<BulkRun | null>(null);

const WAITING: Outcome = { is: 'waiting' };
const BUSY_TIMES = 20;
const BUSY_MS = 1_000;

/** Gives the order for each, some at a time, until all are done or the rest is cancelled. One at a time: it does nothing while another is under way. */
export async function runBulk(deed: DeedName, names: readonly string[], choices: Choices): Promise<void> {
  if (run.value !== null && !run.value.isOver) return;
  const outcomes = new Map(names.map((name) => [name, WAITING]));
  run.value = { deed, outcomes, isCancelled: false, isOver: false };
  addEventListener('beforeunload', askBeforeLeaving);
  const left = [...names];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) await giveTo(deed, name, choices);
  };
  await Promise.all(Array.from({ length: orders[deed].atOnce }, work));
  removeEventListener('beforeunload', askBeforeLeaving);
  change({ isOver: true });
}

/** Gives no further orders; those that were given continue to their end. */
export function cancelBulk(): void {
  change({ isCancelled: true });
}

export function forgetBulk(): void {
  if (run.value?.isOver) run.value = null;
}

async function giveTo(deed: DeedName, name: string, choices: Choices): Promise<void> {
  if (run.value?.isCancelled || isSignedOut.value) return tell(name, { is: 'left' });
  tell(name, { is: 'working' });
  try {
    await patiently(() => orders[deed].give(name, choices));
    tell(name, { is: 'done' });
  } catch (error) {
    tell(name, { is: 'failed', error });
  }
}

/** What the hub refuses because it is asked too much has done nothing: it is asked again. */
async function patiently(order: () => Promise<unknown>): Promise<void> {
  for (let time = 1; ; time += 1) {
    try {
      await order();
      return;
    } catch (error) {
      const isBusy = error instanceof LeadMasterError && error.code === 'rate_limited';
      if (!isBusy || time === BUSY_TIMES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
  }
}

function tell(name: string, outcome: Outcome): void {
  if (run.value !== null) change({ outcomes: new Map(run.value.outcomes).set(name, outcome) });
}

function change(part: Partial<BulkRun>): void {
  if (run.value !== null) run.value = { ...run.value, ...part };
}

/** With the page the rest of the orders would go. */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

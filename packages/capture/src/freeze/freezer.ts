import type { FreezeMethod } from '../capture.ts';

/** Holds every process of one browser still. Synchronous throughout: it works in a thread of its own. */
export interface Freezer {
  readonly method: FreezeMethod;
  /** What can be done while the browser still runs. */
  prepare(deadline: number): void;
  /**
   * Returns once each thread of each process stands still, so that nothing writes.
   *
   * @param deadline When to give up, in `performance.now()` of this thread.
   * @throws LeadMasterError `capture_failed`; some processes may stand still then, and are to be thawed.
   */
  freeze(deadline: number): void;
  /** Whether all still stand: no other program has woken or ended them. */
  holds(): boolean;
  /** Lets everything run again, from any state. May be called at any time, also twice. */
  thaw(): void;
}

/** For a profile that no process has open. */
export const NO_FREEZER: Freezer = {
  method: 'none',
  prepare() {},
  freeze() {},
  holds: () => true,
  thaw() {},
};

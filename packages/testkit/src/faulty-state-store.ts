import { LeadMasterError } from '@leadmaster/protocol';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';

/** Which calls of a {@link faultyStateStore} fail: `sessions.all`, `events.append`, `sweep` ... */
export interface Faults {
  /** Asked before every call with its dotted name; true makes the call fail. */
  fails: (call: string) => boolean;
  /** What is thrown; a full disk unless told otherwise. */
  error: () => Error;
  /** Every call so far, failed or not. */
  readonly calls: string[];
}

/** Calls that only look. */
const READS =
  /\.(all|get|list|after|lastId|log|gapAfter|measure|droppedUpTo|byWhatsappId|latest|samples|failure|head|fact|movedGeneration|toldSince|withoutId|unsearched|unacknowledged|inFlight|refusedSince|repeated)$/;

/** Fails everything that reads. */
export const readsFail = (call: string): boolean => READS.test(call);

/** Fails everything that writes. */
export const writesFail = (call: string): boolean =>
  !READS.test(call) && call !== 'events.subscribe' && call !== 'close';

/** As the store does: what is written later is refused later. */
function refuse(call: string, error: Error): Promise<never> {
  if (call === 'later') return Promise.reject(error);
  throw error;
}

/** A store that works like the given one until it is told to fail, as a disk does. A failed call changes nothing. */
export function faultyStateStore(store: StateStore): { store: StateStore; faults: Faults } {
  const faults: Faults = {
    fails: () => false,
    error: () => new LeadMasterError('storage_failed', 'The disk refused (a test says so).', 'End the test.'),
    calls: [],
  };
  const guard = <T extends object>(target: T, path: string): T =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        const name = path === '' ? String(key) : `${path}.${String(key)}`;
        if (typeof value === 'function') {
          return (...args: unknown[]): unknown => {
            faults.calls.push(name);
            if (faults.fails(name)) return refuse(name, faults.error());
            return Reflect.apply(value, object, args);
          };
        }
        return typeof value === 'object' && value !== null ? guard(value, name) : value;
      },
    });
  return { store: guard(store, ''), faults };
}

import { type LoginSequences, loginSequences } from '@leadmaster/capture';

/** A session and the folder of its profile, which may be running. */
interface Held {
  session: string;
  profileDir: string;
}

/**
 * Which of two copies of one link is the older state of it, by the numbers of the last changes in their databases: neither
 * clocks nor file times come into it. Null where they cannot be read or do not tell. For words only: nothing is decided by it.
 */
export function olderOf(one: Held, other: Held): string | null {
  const [a, b] = [sequencesOf(one), sequencesOf(other)];
  if (a === null || b === null) return null;
  if (isBehind(a, b)) return one.session;
  return isBehind(b, a) ? other.session : null;
}

/** Whether both stores have come at least as far. */
export function reaches(one: LoginSequences, other: LoginSequences): boolean {
  return one.indexedDb >= other.indexedDb && one.localStorage >= other.localStorage;
}

/** No store has come further, and one not as far. */
function isBehind(a: LoginSequences, b: LoginSequences): boolean {
  return reaches(b, a) && !reaches(a, b);
}

/** Null where they cannot be known at this moment. */
function sequencesOf({ profileDir }: Held): LoginSequences | null {
  try {
    return loginSequences(profileDir);
  } catch {
    return null;
  }
}

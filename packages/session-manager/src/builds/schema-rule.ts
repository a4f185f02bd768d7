import { MODEL_STORAGE, type Numbers } from './page-facts.ts';

/** What is known of the databases that a build opens. */
export interface Reach {
  /** By its own HTML: the highest number it may open. */
  knobs: Numbers;
  /** The highest number with which it was READY here: what no knob speaks of is known by this alone. */
  opened: Numbers;
}

/** A database that a build would find newer than it knows, or may. */
export interface TooNew {
  database: string;
  /** The profile's number. */
  number: number;
  /** How far the build goes; null when unknown. */
  reach: number | null;
}

/**
 * The schema rule (whatsapp-web-2026, 7.3; design, invariant 12): a page that finds a database newer than it knows erases
 * the login, so a build opens a profile only where it goes as far as every database of it. Empty = it may.
 *
 * A build without the knob of the database of messages may open nothing: what it does is not known.
 */
export function tooNew({ knobs, opened }: Reach, profile: Numbers): TooNew[] {
  const isReadable = knobs[MODEL_STORAGE] !== undefined;
  return Object.entries(profile).flatMap(([database, number]) => {
    const reach = knobs[database] ?? opened[database] ?? null;
    return isReadable && reach !== null && reach >= number
      ? []
      : [{ database, number, reach: isReadable ? reach : null }];
  });
}

/**
 * Whether a build may raise a number of the profile: after that, older builds no longer open it. A database that the
 * build would add is none that an older one opens.
 */
export function mayRaise({ knobs }: Reach, profile: Numbers): boolean {
  return Object.entries(profile).some(([database, number]) => (knobs[database] ?? number) > number);
}

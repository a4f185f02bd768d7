import type { z } from 'zod';
import type { Audience } from '../routes/route.ts';
import type { Scope } from '../scopes.ts';

/** One event as it is stated: what it tells, to whom, and since when. Everything else is derived. */
export interface EventStatement {
  /** When it is written, in one sentence. */
  readonly doc: string;
  /** `session`: always of one session. `installation`: of none, `session` is empty. `either`: of one where one is meant. */
  readonly about: 'session' | 'installation' | 'either';
  /** What a key must be good for to read it. */
  readonly scope: Scope;
  /** Who may read it through a hub. */
  readonly audience: Audience;
  /** Fields of `data` that are the operator's alone, where a tenant may read the rest: paths, machines, other sessions. */
  readonly operatorFields?: readonly string[];
  /** The version of LeadMaster that wrote it first; a log that is older has none. */
  readonly since: string;
  /** Its `data`; each field says what it is. */
  readonly data: z.ZodType<Record<string, unknown>>;
}

/** Keeps what is stated as it is, held to the form of a statement. */
export function events<const T extends Record<string, EventStatement>>(stated: T): T {
  return stated;
}

/** What most events are: of one session, for every key that may read that session, since the first version. */
export const OF_SESSION = {
  about: 'session',
  scope: 'read',
  audience: 'tenant',
  since: '0.1.0',
} as const satisfies Partial<EventStatement>;

/** What tells of the machine: for its operator, from the first version on. */
export const OF_MACHINE = { ...OF_SESSION, audience: 'operator' } as const satisfies Partial<EventStatement>;

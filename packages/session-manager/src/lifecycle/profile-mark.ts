import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { parsedFact } from '../state/facts.ts';
import type { SessionRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { isStartable } from './startable.ts';

/**
 * Whether the profile in place is the one that ran here last, or an older copy that was put in its place beside a database
 * that stayed. The counts of its databases do not tell: a power cut takes them back as well. Nor do its inodes: a copy that
 * is written over the files keeps the folder's, and a profile that is moved to a larger disk changes all of them and is no
 * older. So the record in the profile carries a mark, drawn at each start and end of a run and every hour between, and the
 * database remembers it. Every earlier copy carries another one; a copy of the last state, in any place, the same.
 *
 * The mark is durable before anything of the run is: the database first, with the mark before beside the new one, then the
 * record (fsync, rename), then the new one alone. A crash or power cut at any step leaves a mark that is remembered. Our own
 * orders that put another profile in place forget the mark first; what is in place is then taken as it is. Nothing here
 * depends on the file system, so a mount of its own, FUSE or a network disk tell as much as ext4.
 */
const known = z.object({ marks: z.array(z.string().nullable()) });

type Facts = StateStore['facts'];

export interface MarkDeps {
  profiles: Pick<ProfileStore, 'readRecord' | 'updateRecord'>;
  store: { facts: Facts; sessions: Pick<StateStore['sessions'], 'get'> };
  log: Logger;
}

const factOf = (session: string): string => `profile of ${session}`;

/** Whether a linked session's profile is not the one that ran here last. What cannot be read, or was never marked, is no other. */
export async function isOtherProfile({ profiles, store }: MarkDeps, session: string): Promise<boolean> {
  const row = store.sessions.get(session);
  if (row === null) return false;
  return isOther(row, await profiles.readRecord(session).catch(() => null), store.facts);
}

/** The same, of what was read already. A profile without a record is another's matter: it is claimed by no session. */
export function isOther(
  row: SessionRow,
  record: Pick<ProfileRecord, 'mark'> | null,
  facts: Pick<Facts, 'get'>,
): boolean {
  const marks = marksOf(facts, row.name);
  return isStartable(row) && record !== null && marks !== null && !marks.includes(record.mark ?? null);
}

/** Marks the profile in place as the one that runs here. Never fails: the mark before then stays. */
export async function markProfile(deps: MarkDeps, session: string): Promise<void> {
  await orWarn(deps, session, () => draw(deps, session));
}

/**
 * Marks it again, so that earlier copies can be recognised. A mark that is not the remembered one is left for the next start to
 * tell. Never fails: the mark before then stays.
 */
export async function renewMark(deps: MarkDeps, session: string): Promise<void> {
  await orWarn(deps, session, async () => {
    if (!(await isOtherProfile(deps, session))) await draw(deps, session);
  });
}

async function draw({ profiles, store }: MarkDeps, session: string): Promise<void> {
  const record = await profiles.readRecord(session);
  if (record === null) return;
  const mark = randomUUID();
  remember(store.facts, session, [mark, record.mark ?? null]);
  await profiles.updateRecord(session, { mark });
  remember(store.facts, session, [mark]);
}

async function orWarn({ log }: MarkDeps, session: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    log.warn({ session, err: error }, 'the profile could not be marked: an older copy put back may not be noticed');
  }
}

/** Another profile is about to be put in place by an order: the next one there is accepted. */
export function forgetMark(facts: Facts, session: string): void {
  if (marksOf(facts, session) !== null) facts.set(factOf(session), '');
}

function remember(facts: Facts, session: string, marks: (string | null)[]): void {
  facts.set(factOf(session), JSON.stringify({ marks }));
}

function marksOf(facts: Pick<Facts, 'get'>, session: string): readonly (string | null)[] | null {
  return parsedFact(known, facts.get(factOf(session)))?.marks ?? null;
}

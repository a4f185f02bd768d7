import { HUB_ROUTES, type Route } from '@leadmaster/protocol';
import type { RawBuilder } from 'kysely';
import type { AuditChain, Mark } from '../secrets/audit-chain.ts';
import { type AuditCheck, AuditVerifier, type GivenHead, problemsIn } from './audit-check.ts';
import {
  type AuditEntry,
  type AuditRecord,
  BROKEN,
  markOf,
  markQuery,
  readMark,
  rowAfter,
  START,
  toRecord,
  writeMark,
} from './audit-rows.ts';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago } from './dialect.ts';
import type { AuditRow } from './tables.ts';

/** So many lines are written or deleted in one transaction at most. */
const AT_ONCE = 500;
const DAY_MS = 86_400_000;
/** The result of what continues after its answer. */
const ACCEPTED = 'accepted';
/** Actions that may continue so, as operations. */
const LONG = Object.values<Route>(HUB_ROUTES)
  .filter(({ long }) => long !== undefined)
  .map(({ id }) => id);

/** Which lines are asked for. */
export interface AuditQuery {
  /** Oldest first unless told otherwise. */
  order?: 'oldest' | 'newest';
  after: number;
  before?: number | undefined;
  limit: number;
  tenant?: string | undefined;
  /** By its full name. */
  session?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  /** Also that a change has begun, where its result is there. */
  all: boolean;
}

interface Waiting {
  entry: AuditEntry;
  written: (record: AuditRecord) => void;
  refused: (error: unknown) => void;
}

/**
 * Who did what. A line is added under the lock of the head, which moves with it: the numbers of lines are the order of their
 * commits, whichever hub adds them, and each line is chained to the one before.
 */
export class AuditLog {
  readonly #database: HubDatabase;
  readonly #chain: AuditChain;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: HubDatabase, chain: AuditChain) {
    this.#database = database;
    this.#chain = chain;
  }

  /** Adds a line; it is durable once this resolves. Those that come while others are written share a transaction. */
  append(entry: AuditEntry): Promise<AuditRecord> {
    const { promise, resolve, reject } = Promise.withResolvers<AuditRecord>();
    this.#waiting.push({ entry, written: resolve, refused: reject });
    void this.#write();
    return promise;
  }

  /** Adds what came of an act that was told as accepted; null where it is told already, as by another hub. */
  async settle(accepted: AuditRecord, result: string): Promise<AuditRecord | null> {
    return this.#database.transact(async (db) => {
      await this.#lockedHead(db);
      const told = await db.selectFrom('audit').select('id').where('begun', '=', accepted.id).executeTakeFirst();
      if (told !== undefined) return null;
      const { id: begun, at: _at, mac: _mac, ...act } = accepted;
      return (await this.#append(db, [{ ...act, result, begun }]))[0] ?? null;
    });
  }

  /** Lines after a number that tell of long calls as accepted, and nothing of their end. `through`: how far was looked. */
  async unsettled(after: number, withinMs: number): Promise<{ lines: AuditRecord[]; through: number }> {
    return this.#database.run(async (db) => {
      const { line: through } = await lastLine(db);
      const rows = await unsettledLines(db, { after, through }, ago(this.#database.dialect, withinMs)).execute();
      return { lines: rows.map(toRecord), through };
    });
  }

  /** Lines by number. `cursor`: the next `after`, also where these are the last; newest first, the next `before`, and then 0. */
  async page(query: AuditQuery): Promise<{ items: AuditRecord[]; cursor: number }> {
    return this.#database.run(async (db) => {
      // Before the rows: what is committed in between belongs to the next page.
      const newest = await lastLine(db);
      const rows = await auditList(db, query, newest.line).execute();
      const last = rows.at(-1);
      const isFull = rows.length === query.limit && last !== undefined;
      const end = query.order === 'newest' ? 0 : Math.max(query.after, newest.line);
      return { items: rows.map(toRecord), cursor: isFull ? last.id : end };
    });
  }

  /** The end of the audit. Who keeps it elsewhere can tell later whether anything up to it was removed or changed. */
  async head(): Promise<Mark> {
    const row = await this.#database.run((db) => readMark(db, 'head'));
    return row === null ? START : { line: row.line, at: row.at, mac: row.mac };
  }

  /** Reads every line, from the checkpoint to the head. `given`: a head that was kept elsewhere. */
  verify(given: GivenHead | null, signal?: AbortSignal): Promise<AuditCheck> {
    return new AuditVerifier(this.#database, this.#chain).run(given, signal);
  }

  /**
   * Deletes lines by age once the oldest is a day too old, and leaves a signed checkpoint; answers how many. What is wrong with
   * them is told by a line that stays. The newest line stays, too.
   */
  async prune(olderThanMs: number): Promise<number> {
    // Not what the pruning itself adds.
    const { line: newest } = await this.head();
    const some = (ageMs: number) => this.#database.transact((db) => this.#pruneSome(db, newest, ageMs));
    let [count, pruned] = [await some(olderThanMs + DAY_MS), 0];
    for (; count > 0; count = await some(olderThanMs)) pruned += count;
    return pruned;
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeSome(this.#waiting.splice(0, AT_ONCE));
    this.#isWriting = false;
  }

  async #writeSome(waiting: Waiting[]): Promise<void> {
    try {
      const records = await this.#database.transact((db) =>
        this.#append(
          db,
          waiting.map(({ entry }) => entry),
        ),
      );
      for (const [at, { written }] of waiting.entries()) written(records[at] as AuditRecord);
    } catch (error) {
      for (const { refused } of waiting) refused(error);
    }
  }

  async #append(db: HubQueries, entries: readonly AuditEntry[]): Promise<AuditRecord[]> {
    const { end, broken, now } = await this.#end(db);
    const rows: AuditRow[] = [];
    let before = end;
    for (const entry of broken === null ? entries : [broken, ...entries]) {
      const row = rowAfter(this.#chain, before, entry, now);
      rows.push(row);
      before = markOf(row);
    }
    await db.insertInto('audit').values(rows).execute();
    await writeMark(db, this.#chain, 'head', before);
    return rows.slice(-entries.length).map(toRecord);
  }

  /**
   * Where the next line goes, under the lock of the head. Where the lines do not end where this hub or another left them, a line
   * says so first: a cut tail would else be signed by what comes after it.
   */
  async #end(db: HubQueries): Promise<{ end: Mark; broken: AuditEntry | null; now: number }> {
    const head = await this.#lockedHead(db);
    const { now } = await db.selectNoFrom(this.#database.dialect.now.as('now')).executeTakeFirstOrThrow();
    const last = await lastLine(db);
    const isWhole = this.#chain.isSigned('head', head) && head.line === last.line && head.mac === last.mac;
    return {
      end: { ...last, line: Math.max(head.line, last.line) },
      broken: isWhole ? null : brokenAt(last.line + 1, { head: head.line, last: last.line }),
      now: Math.max(now, last.at ?? 0),
    };
  }

  async #lockedHead(db: HubQueries) {
    const locked = () => this.#database.dialect.locked(markQuery(db, 'head'));
    const found = await locked().executeTakeFirst();
    if (found !== undefined) return found;
    await db
      .insertInto('audit_marks')
      .values({ name: 'head', ...START, signature: this.#chain.sign('head', START) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return locked().executeTakeFirstOrThrow();
  }

  async #pruneSome(db: HubQueries, newest: number, olderThanMs: number): Promise<number> {
    await this.#lockedHead(db);
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('id', '<', newest)
      .where('at', '<', ago(this.#database.dialect, olderThanMs))
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return 0;
    const problems = problemsIn(this.#chain, (await readMark(db, 'checkpoint')) ?? START, rows);
    await writeMark(db, this.#chain, 'checkpoint', markOf(last));
    await db.deleteFrom('audit').where('id', '<=', last.id).execute();
    const told = { through: last.id, lines: rows.length };
    const [first] = problems;
    const entry =
      first === undefined
        ? byHub('pruneAudit', last.id, told)
        : brokenAt(first.line, { ...told, problem: first.problem });
    await this.#append(db, [entry]);
    return rows.length;
  }
}

function unsettledLines(
  db: HubQueries,
  { after, through }: { after: number; through: number },
  since: RawBuilder<number>,
) {
  return db
    .selectFrom('audit')
    .selectAll('audit')
    .where('audit.id', '>', after)
    .where('audit.id', '<=', through)
    .where('audit.result', '=', ACCEPTED)
    .where('audit.action', 'in', LONG)
    .where('audit.at', '>', since)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('audit as done').select('done.id').whereRef('done.begun', '=', 'audit.id'))),
    )
    .orderBy('audit.id');
}

/** The lines of a page, up to the newest that was there when it was begun. */
export function auditList(db: HubQueries, { order, after, before, limit, all, ...fields }: AuditQuery, newest: number) {
  const last = Math.min(newest, (before ?? Number.MAX_SAFE_INTEGER) - 1);
  let query = db.selectFrom('audit').selectAll('audit').where('audit.id', '>', after).where('audit.id', '<=', last);
  for (const field of ['tenant', 'session', 'actor', 'action'] as const) {
    const value = fields[field];
    if (value !== undefined) query = query.where(`audit.${field}`, '=', value);
  }
  if (!all) {
    query = query.where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('audit as done').select('done.id').whereRef('done.begun', '=', 'audit.id'))),
    );
  }
  return query.orderBy('audit.id', order === 'newest' ? 'desc' : 'asc').limit(limit);
}

async function lastLine(db: HubQueries): Promise<Mark> {
  const row = await db
    .selectFrom('audit')
    .select(['id', 'at', 'mac'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? START : markOf(row);
}

function byHub(action: string, line: number, detail: Record<string, unknown>): AuditEntry {
  const nothing = { from: null, tenant: null, session: null, begun: null };
  return { actor: 'hub', action, target: `line:${line}`, result: 'ok', detail, ...nothing };
}

function brokenAt(line: number, detail: Record<string, unknown>): AuditEntry {
  return { ...byHub(BROKEN, line, detail), result: 'broken' };
}

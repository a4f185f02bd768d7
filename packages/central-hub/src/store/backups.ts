import { auditOf, changesHub, HUB_ROUTES, type Route } from '@leadmaster/protocol';
import type { AuditChain } from '../secrets/audit-chain.ts';
import { markOf } from './audit-rows.ts';
import { BACKED_UP, type BackedUp, type BackupDocument, packed } from './backup-document.ts';
import type { HubDatabase, HubQueries } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { AuditRow } from './tables.ts';

/** The newest lines of the audit that a document holds; a signed checkpoint stands for those before. */
const AUDIT_LINES = 20_000;
const COUNTER = 'backups';
/** What leaves a line and changes nothing that a document holds. */
const NO_CHANGE = [
  'wrongKey',
  ...Object.values<Route>(HUB_ROUTES)
    .filter((route) => auditOf(route) !== null && !changesHub(route))
    .map(({ id }) => id),
];

/** What a document is made of beside the rows. */
export interface TakeOptions {
  hub: string;
  secret: string;
  local: string | null;
  at: Date;
  /** How many lines of the audit it holds; for tests. */
  auditLines?: number;
}

/** How far the hub's own knowledge has come. */
export interface Standing {
  /** The newest line of the audit. */
  line: number;
  /** Another text after most changes of keys, of sending and of where sessions are. */
  marks: string;
  /** Whether a line after the one that was asked about tells of a change. */
  hasChange: boolean;
  /** Whether there is nothing to come back: no tenant, no key, and no machine but the hub's own. */
  isEmpty: boolean;
}

/** Makes the documents by which a hub comes back, whole as of one moment. */
export class Backups {
  readonly #database: HubDatabase;
  readonly #chain: AuditChain;

  constructor(database: HubDatabase, chain: AuditChain) {
    this.#database = database;
    this.#chain = chain;
  }

  /** Whether anything has changed since a line of the audit, by whichever hub. */
  async standing(since: number, local: string | null): Promise<Standing> {
    const row = await this.#database.run((db) =>
      db
        .selectNoFrom((eb) => [
          eb.selectFrom('counters').select('value').where('name', '=', 'keys').as('keys'),
          eb.selectFrom('counters').select('value').where('name', '=', 'sending').as('sending'),
          eb.selectFrom('homes').select('since').orderBy('since', 'desc').limit(1).as('home'),
          eb.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).as('line'),
          eb.selectFrom('tenants').select('name').limit(1).as('tenant'),
          eb.selectFrom('keys').select('id').limit(1).as('key'),
          eb
            .selectFrom('machines')
            .select('name')
            .where('name', '!=', local ?? '')
            .limit(1)
            .as('machine'),
          eb
            .selectFrom('audit')
            .select('id')
            .where('id', '>', since)
            .where('result', 'in', ['ok', 'accepted'])
            .where('action', 'not in', NO_CHANGE)
            .limit(1)
            .as('change'),
        ])
        .executeTakeFirstOrThrow(),
    );
    return {
      line: row.line ?? 0,
      marks: [row.keys, row.sending, row.home].join(' '),
      hasChange: row.change !== null,
      isEmpty: row.tenant === null && row.key === null && row.machine === null,
    };
  }

  /** The document as of now. Of several hubs that take one, the one with the higher number has seen more. */
  async take({ hub, secret, local, at, auditLines = AUDIT_LINES }: TakeOptions): Promise<BackupDocument> {
    return this.#database.transact(async (db) => {
      await this.#database.dialect.oneView(db);
      const number = await nextNumber(db);
      const tables = {} as BackupDocument['tables'];
      for (const table of BACKED_UP) tables[table] = (await this.#rows(db, table, auditLines)).map(packed);
      const newest = await db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
      const schema = MIGRATIONS.at(-1)?.version ?? 0;
      return {
        form: 'leadmaster-hub/1',
        ...{ hub, number, schema, secret, local, tables },
        at: at.toISOString(),
        newestEvent: newest?.id ?? 0,
      };
    });
  }

  /** The vault has a document of that number, as after an older copy of the database was put back: the next one is beyond. */
  async reached(number: number): Promise<void> {
    await this.#database.run((db) =>
      db
        .updateTable('counters')
        .set({ value: number })
        .where('name', '=', COUNTER)
        .where('value', '<', number)
        .execute(),
    );
  }

  async #rows(db: HubQueries, table: BackedUp, auditLines: number): Promise<object[]> {
    if (table === 'audit') return (await lastLines(db, auditLines)).slice(-auditLines);
    const rows: object[] = await db.selectFrom(table).selectAll().execute();
    return table === 'audit_marks' ? this.#marks(db, rows as { name: string }[], auditLines) : rows;
  }

  /** With lines left out, the last of those is the checkpoint. */
  async #marks(db: HubQueries, marks: { name: string }[], auditLines: number): Promise<object[]> {
    const lines = await lastLines(db, auditLines);
    const [first] = lines;
    if (lines.length <= auditLines || first === undefined) return marks;
    const mark = markOf(first);
    const checkpoint = { name: 'checkpoint', ...mark, signature: this.#chain.sign('checkpoint', mark) };
    return [...marks.filter(({ name }) => name !== 'checkpoint'), checkpoint];
  }
}

/** One more than a document holds, in their order. */
async function lastLines(db: HubQueries, count: number): Promise<AuditRow[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(count + 1)
    .execute();
  return rows.reverse();
}

async function nextNumber(db: HubQueries): Promise<number> {
  const { value } = await db
    .insertInto('counters')
    .values({ name: COUNTER, value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', 1) })))
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

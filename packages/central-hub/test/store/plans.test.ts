import { type CompiledQuery, CompiledQuery as Raw } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { auditList } from '../../src/store/audit-log.ts';
import { HubDatabase, type HubQueries } from '../../src/store/database.ts';
import { eventList } from '../../src/store/event-log.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import { sessionList } from '../../src/store/session-copies.ts';
import { parts, storeSessions } from '../../src/store/session-rows.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { AuditRow } from '../../src/store/tables.ts';
import { AT, describeWhereItIs, type Kind, postgresForFile, SILENT, SQLITE_KIND, session } from './fixtures.ts';

const MANY = 10_000;
const TENANT = 't042';
const PAGE = { after: 0, limit: 100 };

/** A key that has done little among all lines, and the act that it did. */
const RARE = { actor: 'key:rare', action: 'revokeKey' };

/** `index`: the one that finds it, where others could read all as well. */
const ASKED: readonly (readonly [what: string, query: (db: HubQueries) => CompiledQuery, index?: string])[] = [
  ['a page of all', (db) => sessionList(db, { limit: 100, after: 't050.s3' }).compile()],
  ['a page of a tenant', (db) => sessionList(db, { limit: 100, tenant: TENANT }).compile()],
  ["the operator's own", (db) => sessionList(db, { limit: 100, tenant: null }).compile()],
  ['those of a rare state', (db) => sessionList(db, { limit: 100, state: 'AUTH_FAILURE' }).compile()],
  ['some names', (db) => sessionList(db, { limit: 100, names: ['t001.s1', 't002.s2'] }).compile()],
  ['events of a tenant', (db) => eventList(db, { after: 9_000, limit: 100, tenant: TENANT }, MANY).compile()],
  ['events of a session', (db) => eventList(db, { after: 0, limit: 100, sessions: [`${TENANT}.s1`] }, MANY).compile()],
  ['the audit', (db) => auditList(db, { ...PAGE, all: false }, MANY).compile()],
  ['the audit, newest first', (db) => auditList(db, { ...PAGE, order: 'newest', all: false }, MANY).compile()],
  ['the audit of a tenant', (db) => auditList(db, { ...PAGE, all: false, tenant: TENANT }, MANY).compile()],
  ['the audit of a session', (db) => auditList(db, { ...PAGE, all: true, session: `${TENANT}.s1` }, MANY).compile()],
  [
    'the audit of an actor',
    (db) => auditList(db, { ...PAGE, all: false, actor: RARE.actor }, MANY).compile(),
    'audit_of_actor',
  ],
  [
    'the audit of an act, newest first',
    (db) => auditList(db, { ...PAGE, order: 'newest', all: false, action: RARE.action }, MANY).compile(),
    'audit_of_action',
  ],
];

/** Ten thousand sessions of a hundred tenants, and as many events. */
async function fill(database: HubDatabase): Promise<void> {
  const sessions = Array.from({ length: MANY }, (_, at) => {
    const name = `t${String(at % 100).padStart(3, '0')}.s${Math.floor(at / 100)}`;
    return session(name, { state: at === 77 ? 'AUTH_FAILURE' : 'READY' });
  });
  await database.transact((db) => storeSessions(database, db, 'm1', { changed: sessions, gone: [], asOf: AT }));
  const rows = sessions.map(({ name }, at) => ({
    machine: 'm1',
    log_id: 'a',
    machine_event: at + 1,
    tenant: name.slice(0, 4),
    tenant_event: at + 1,
    session: name,
    type: 'session.state',
    at: AT.toISOString(),
    data: '{}',
    stored_at: 0,
  }));
  await database.transact(async (db) => {
    for (const part of parts(rows)) await db.insertInto('events').values(part).execute();
    for (const part of parts(sessions.map(({ name }, at) => lineOf(name, at + 1)))) {
      await db.insertInto('audit').values(part).execute();
    }
  });
}

/** Every second line is the result of the one before. */
function lineOf(session: string, id: number): AuditRow {
  const by = id % 1000 === 77 ? RARE : { actor: 'operator', action: 'startSession' };
  return {
    id,
    at: 0,
    ...by,
    target: `session:${session}`,
    source: null,
    result: 'ok',
    tenant: session.slice(0, 4),
    session,
    detail: '{}',
    begun: id % 2 ? null : id - 1,
    mac: '',
  };
}

async function explained(database: HubDatabase, words: string, { sql, parameters }: CompiledQuery): Promise<string> {
  const explain = Raw.raw(`${words} ${sql}`, [...parameters]);
  const { rows } = await database.run((db) => db.executeQuery<Record<string, unknown>>(explain));
  return rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n');
}

function plans(kind: Kind, words: string, scan: RegExp, openDatabase: () => Promise<HubDatabase>): void {
  describeWhereItIs(kind, () => {
    test('out of 10,000 sessions and events, what is asked for is found by an index', { timeout: 60_000 }, async () => {
      const database = await openDatabase();
      onTestFinished(() => database.close());
      await fill(database);
      await database.run((db) => db.executeQuery(Raw.raw('analyze')));
      for (const [what, query, index = ''] of ASKED) {
        const plan = await database.run((db) => explained(database, words, query(db)));
        expect([what, plan]).toEqual([what, expect.not.stringMatching(scan)]);
        expect([what, plan]).toEqual([what, expect.stringContaining(index)]);
      }
    });
  });
}

const postgres = postgresForFile();

plans(SQLITE_KIND, 'explain query plan', /SCAN (?!.*USING (COVERING )?INDEX)|TEMP B-TREE FOR ORDER/, async () => {
  const { dataDir } = await SQLITE_KIND.place();
  return new HubDatabase(openSqlite(dataDir, () => AT));
});

plans(postgres, 'explain', /Seq Scan/, async () => {
  const { url } = await postgres.place();
  return new HubDatabase(await openPostgres(url ?? '', SILENT, () => AT));
});

import { isDeepStrictEqual } from 'node:util';
import { type Account, LeadMasterError, type Sending, type SessionState } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { SessionRow, WrongAccount } from './rows.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  name: string;
  state: SessionState;
  reason: string;
  since: string;
  desired: 'running' | 'stopped';
  metadata: string;
  created_at: string;
  caught_up_to: string | null;
  linked_at: string | null;
  last_inbound_at: string | null;
  last_ack_at: string | null;
  last_ready_at: string | null;
  last_probe_at: string | null;
  account: string | null;
  wrong_account: string | null;
  link: number;
  sending: Sending;
  expected_phone: string | null;
}

/** Clocks of phones and servers differ, and a message may be long on its way: look further back than needed. */
const OVERLAP_MS = 10 * 60_000;

const COLUMN_OF = {
  caughtUpTo: 'caught_up_to',
  linkedAt: 'linked_at',
  lastInboundAt: 'last_inbound_at',
  lastAckAt: 'last_ack_at',
  lastReadyAt: 'last_ready_at',
  lastProbeAt: 'last_probe_at',
} as const;

function toSession(row: Row): SessionRow {
  return {
    name: row.name,
    state: row.state,
    reason: row.reason,
    since: row.since,
    desired: row.desired,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    createdAt: row.created_at,
    caughtUpTo: row.caught_up_to,
    linkedAt: row.linked_at,
    lastInboundAt: row.last_inbound_at,
    lastAckAt: row.last_ack_at,
    lastReadyAt: row.last_ready_at,
    lastProbeAt: row.last_probe_at,
    account: row.account === null ? null : (JSON.parse(row.account) as Account),
    wrongAccount: row.wrong_account === null ? null : (JSON.parse(row.wrong_account) as WrongAccount),
    link: row.link,
    sending: row.sending,
    expectedPhone: row.expected_phone,
  };
}

function jsonOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Where a look for missed messages begins, in WhatsApp's time: never before the link. Null when nothing is to be told yet. */
export function looksFrom({ caughtUpTo, linkedAt }: Pick<SessionRow, 'caughtUpTo' | 'linkedAt'>): Date | null {
  if (caughtUpTo === null) return null;
  return new Date(Math.max(Date.parse(caughtUpTo) - OVERLAP_MS, linkedAt === null ? 0 : Date.parse(linkedAt)));
}

/** Refusal of a name that the database does not know. */
export function unknownSession(name: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `There is no session "${name}".`,
    'List the sessions with GET /v1/sessions, or make it with POST /v1/sessions.',
  );
}

/** Which sessions there are, what they are in, and whether they are to run. */
export function sessionsTable({ db, now, write, read, addEvent }: Connection): StateStore['sessions'] {
  const insert = db.prepare<[string, string, string, string, string, string, number], Row>(
    `INSERT INTO sessions (name, state, reason, since, desired, metadata, created_at, link)
     VALUES (?, 'STOPPED', ?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const nextNumber = db.prepare<[], number>('UPDATE link_sequence SET last = last + 1 RETURNING last').pluck();
  const setLink = db.prepare<[number, string]>('UPDATE sessions SET link = ? WHERE name = ?');
  const all = db.prepare<[], Row>('SELECT * FROM sessions ORDER BY name');
  const get = db.prepare<[string], Row>('SELECT * FROM sessions WHERE name = ?');
  const some = db.prepare<[string], Row>('SELECT * FROM sessions WHERE name IN (SELECT value FROM json_each(?))');
  const remove = db.prepare<[string]>('DELETE FROM sessions WHERE name = ?');
  const leaveBounds = db.prepare<[string]>(
    `INSERT INTO former_bounds SELECT name, sending, expected_phone FROM sessions WHERE name = ?
     ON CONFLICT (session) DO UPDATE SET sending = excluded.sending, expected_phone = excluded.expected_phone`,
  );
  const forgetFailure = db.prepare<[string]>('DELETE FROM snapshot_failures WHERE session = ?');
  const setDesired = db.prepare<[string, string]>('UPDATE sessions SET desired = ? WHERE name = ?');
  const setMetadata = db.prepare<[string, string]>('UPDATE sessions SET metadata = ? WHERE name = ?');

  const setAccount = db.prepare<[string | null, string | null, string]>(
    'UPDATE sessions SET account = ?, wrong_account = ? WHERE name = ?',
  );
  const tellFrom = db.prepare<[string | null, string | null, string]>(
    'UPDATE sessions SET caught_up_to = ?, linked_at = ? WHERE name = ?',
  );

  const nextLink = (): number => {
    const number = nextNumber.get();
    if (number === undefined) throw new Error('The sequence of links has no row');
    return number;
  };

  return {
    insert: (row) =>
      write(() => {
        if (get.get(row.name) !== undefined) {
          throw new LeadMasterError(
            'session_exists',
            `The session "${row.name}" exists already.`,
            `Start it with POST /v1/sessions/${row.name}/start, or choose another name.`,
          );
        }
        const at = now().toISOString();
        const made = insert.get(row.name, 'created', at, row.desired, JSON.stringify(row.metadata), at, nextLink());
        if (made === undefined) throw new Error('INSERT returned no row');
        return toSession(made);
      }),
    all: () => read(() => all.all().map(toSession)),
    get: (name) =>
      read(() => {
        const row = get.get(name);
        return row === undefined ? null : toSession(row);
      }),
    some: (names) => read(() => new Map(some.all(JSON.stringify(names)).map((row) => [row.name, toSession(row)]))),
    remove: (name) =>
      write(() => {
        leaveBounds.run(name);
        remove.run(name);
        forgetFailure.run(name);
      }),
    setDesired: (name, desired) =>
      write(() => {
        if (setDesired.run(desired, name).changes === 0) throw unknownSession(name);
      }),
    setMetadata: (name, metadata) =>
      write(() => {
        const row = get.get(name);
        if (row === undefined) throw unknownSession(name);
        if (isDeepStrictEqual(toSession(row).metadata, metadata)) return;
        setMetadata.run(JSON.stringify(metadata), name);
        addEvent({ session: name, type: 'session.metadata', data: { metadata } });
      }),
    nextLink: (name) =>
      write(() => {
        const row = get.get(name);
        if (row === undefined) throw unknownSession(name);
        setLink.run(nextLink(), name);
        return row.link;
      }),
    setLink: (name, link) =>
      write(() => {
        if (setLink.run(link, name).changes === 0) throw unknownSession(name);
      }),
    setAccount: (name, change, event) =>
      write(() => {
        const row = get.get(name);
        if (row === undefined) throw unknownSession(name);
        const after = { ...toSession(row), ...change };
        setAccount.run(jsonOf(after.account), jsonOf(after.wrongAccount), name);
        if (event !== undefined) addEvent({ session: name, ...event });
      }),
    tellFrom: (name, at) =>
      write(() => {
        const time = at?.toISOString() ?? null;
        if (tellFrom.run(time, time, name).changes === 0) throw unknownSession(name);
      }),
    touch: (name, change) =>
      write(() => {
        const columns = (Object.keys(COLUMN_OF) as (keyof typeof COLUMN_OF)[]).filter((k) => change[k] !== undefined);
        if (columns.length === 0) return;
        const sql = `UPDATE sessions SET ${columns.map((k) => `${COLUMN_OF[k]} = ?`).join(', ')} WHERE name = ?`;
        const done = db.prepare(sql).run(...columns.map((k) => change[k] ?? null), name);
        if (done.changes === 0) throw unknownSession(name);
      }),
  };
}

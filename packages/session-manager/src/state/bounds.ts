import {
  type Bounds,
  isSendingOff,
  type KeptSendingWord,
  LeadMasterError,
  offLevels,
  type Sending,
  tenantOf,
  tightened,
} from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

/** The columns of a session that bound it. */
export interface BoundsRow {
  name: string;
  sending: Sending;
  expected_phone: string | null;
}

/** A hub's word as the database has it. */
interface WordRow {
  revision: number;
  machine: Sending;
  tenants: string;
}

type Level = Bounds['sendingOffBy'][number];

/** In the place of a hub: what records say, until a hub does. No hub has that id. */
const RECORDS = '';
/** Which levels above a session, by its name, have sending off. */
type LevelsOf = (session: string) => Level[];

/** Reads what the hubs say, once for any number of sessions. */
function levelReader({ db }: Pick<Connection, 'db'>): () => LevelsOf {
  const words = db.prepare<[], WordRow>('SELECT revision, machine, tenants FROM hub_words');
  return () => {
    const all = words.all();
    const isMachineOff = all.some(({ machine }) => machine === 'off');
    const tenants = new Set(all.flatMap((word) => JSON.parse(word.tenants) as string[]));
    return (session) => {
      const tenant = tenantOf(session);
      const isTenantOff = tenant !== null && tenants.has(tenant);
      return [...(isTenantOff ? (['tenant'] as const) : []), ...(isMachineOff ? (['machine'] as const) : [])];
    };
  };
}

/** Reads the bounds of one session; null where there is none of that name. For use within a transaction. */
export function boundsReader(connection: Pick<Connection, 'db'>): (session: string) => Bounds | null {
  const levels = levelReader(connection);
  const one = connection.db.prepare<[string], BoundsRow>(
    'SELECT name, sending, expected_phone FROM sessions WHERE name = ?',
  );
  return (session) => {
    const row = one.get(session);
    return row === undefined ? null : boundsOf(row, levels());
  };
}

function boundsOf({ name, sending, expected_phone }: BoundsRow, levelsOf: LevelsOf): Bounds {
  return { sending, sendingOffBy: levelsOf(name), expectedPhone: expected_phone };
}

/** What bounds sessions: their own words, and those of the hubs above them. */
export function boundsTable(connection: Connection): StateStore['bounds'] {
  const { db, write, read, addEvent } = connection;
  const levels = levelReader(connection);
  const one = boundsReader(connection);
  const all = db.prepare<[], BoundsRow>('SELECT name, sending, expected_phone FROM sessions ORDER BY name');
  const some = db.prepare<[string], BoundsRow>(
    'SELECT name, sending, expected_phone FROM sessions WHERE name IN (SELECT value FROM json_each(?))',
  );
  const set = db.prepare<[Sending, string | null, string]>(
    'UPDATE sessions SET sending = ?, expected_phone = ? WHERE name = ?',
  );
  const former = db.prepare<[string], BoundsRow>(
    'SELECT session AS name, sending, expected_phone FROM former_bounds WHERE session = ?',
  );
  const word = db.prepare<[string], WordRow>('SELECT revision, machine, tenants FROM hub_words WHERE hub = ?');
  const say = db.prepare<[string, number, Sending, string]>(
    `INSERT INTO hub_words (hub, revision, machine, tenants) VALUES (?, ?, ?, ?)
     ON CONFLICT (hub) DO UPDATE SET revision = excluded.revision, machine = excluded.machine, tenants = excluded.tenants`,
  );

  const byName = (rows: readonly BoundsRow[]): Map<string, Bounds> => {
    const levelsOf = levels();
    return new Map(rows.map((row) => [row.name, boundsOf(row, levelsOf)]));
  };

  const known = (session: string): Bounds => {
    const bounds = one(session);
    if (bounds === null) throw unknownSession(session);
    return bounds;
  };

  const forget = db.prepare<[string]>('DELETE FROM hub_words WHERE hub = ?');

  const tellSending = (session: string, before: Bounds, after: Bounds): void => {
    if (offLevels(before).join() === offLevels(after).join()) return;
    const data = { sending: isSendingOff(after) ? ('off' as const) : ('on' as const), offBy: offLevels(after) };
    addEvent({ session, type: 'session.sending', data });
  };

  const change = (session: string, to: Partial<Pick<Bounds, 'sending' | 'expectedPhone'>>): void => {
    const before = known(session);
    const after = { ...before, ...to };
    if (after.sending === before.sending && after.expectedPhone === before.expectedPhone) return;
    set.run(after.sending, after.expectedPhone, session);
    tellSending(session, before, after);
    const { expectedPhone } = after;
    if (expectedPhone !== before.expectedPhone)
      addEvent({ session, type: 'session.expected_phone', data: { expectedPhone } });
  };

  const sayInPlace = (hub: string, { revision, machine, tenants }: KeptSendingWord): void => {
    const sessions = all.all();
    const levelsBefore = levels();
    say.run(hub, revision, machine, JSON.stringify(tenants));
    if (hub !== RECORDS) forget.run(RECORDS);
    const levelsNow = levels();
    for (const row of sessions) tellSending(row.name, boundsOf(row, levelsBefore), boundsOf(row, levelsNow));
  };

  const kept = ({ revision, machine, tenants }: WordRow): KeptSendingWord => ({
    revision,
    machine,
    tenants: JSON.parse(tenants) as string[],
  });

  return {
    of: (session) => read(() => known(session)),
    all: () => read(() => byName(all.all())),
    some: (names) => read(() => byName(some.all(JSON.stringify(names)))),
    set: (session, to) => write(() => change(session, to)),
    tighten: (session, came) => write(() => change(session, tightened(known(session), came))),
    cameBack: (session) =>
      write(() => {
        const row = former.get(session);
        if (row === undefined) return;
        const { sending, expected_phone: phone } = row;
        const left = { ...(sending === 'off' ? { sending } : {}), ...(phone === null ? {} : { expectedPhone: phone }) };
        change(session, tightened(known(session), left));
      }),
    madeAgain: (session) =>
      write(() => {
        const sending = former.get(session)?.sending;
        if (sending === 'off') change(session, { sending });
      }),
    recall: (session, wanted) =>
      write(() => {
        const { sendingOffBy } = known(session);
        const lost = wanted.filter((level) => !sendingOffBy.includes(level));
        if (lost.length === 0) return;
        const row = word.get(RECORDS);
        const { machine, tenants } = row === undefined ? { machine: 'on' as const, tenants: [] } : kept(row);
        const tenant = lost.includes('tenant') ? tenantOf(session) : null;
        sayInPlace(RECORDS, {
          revision: 0,
          machine: lost.includes('machine') ? 'off' : machine,
          tenants: [...new Set([...tenants, ...(tenant === null ? [] : [tenant])])],
        });
      }),
    word: (hub) =>
      read(() => {
        const row = word.get(hub);
        return row === undefined ? { revision: 0, machine: 'on', tenants: [] } : kept(row);
      }),
    say: (hub, { revision, machine, tenants }) =>
      write(() => {
        const before = word.get(hub);
        if (before !== undefined && before.revision > revision) return kept(before);
        sayInPlace(hub, { revision, machine, tenants });
        return { revision, machine, tenants };
      }),
  };
}

/** Nothing leaves a session that only listens. */
export function sendingOff(session: string, bounds: Bounds): LeadMasterError {
  const isOwn = bounds.sending === 'off';
  const hint = isOwn
    ? `It only listens. To have it send again: "./leadmaster sending ${session} on".`
    : 'Sending is off for all sessions of its tenant or of its machine; the operator switches it on at the hub.';
  return new LeadMasterError('sending_off', `Sending is switched off for ${session}; nothing was sent`, hint, {
    extra: { offBy: offLevels(bounds) },
  });
}

import type { BuildVerdict } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { BuildRow, BuildSession } from './rows.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  build: string;
  first_seen_at: string;
  last_ready_at: string | null;
  verdict: BuildVerdict;
  verdict_at: string;
  reason: string;
  knobs: string;
  opened: string;
}

interface SessionRow {
  session: string;
  wanted: string | null;
  running: string | null;
  changed_at: string | null;
}

const numbers = (text: string): Record<string, number> => JSON.parse(text) as Record<string, number>;

function toBuild({ build, first_seen_at, last_ready_at, verdict, verdict_at, reason, knobs, opened }: Row): BuildRow {
  return {
    ...{ build, verdict, reason },
    firstSeenAt: first_seen_at,
    lastReadyAt: last_ready_at,
    verdictAt: verdict_at,
    knobs: numbers(knobs),
    opened: numbers(opened),
  };
}

function toSession({ session, wanted, running, changed_at }: SessionRow): BuildSession {
  return { session, wanted, running, changedAt: changed_at };
}

/** Builds of WhatsApp Web: what was seen of each, who runs it, and the trials that are under way. */
export function buildsTable({ db, now, write, read, addEvent }: Connection): StateStore['builds'] {
  const all = db.prepare<[], Row>('SELECT * FROM builds');
  const get = db.prepare<[string], Row>('SELECT * FROM builds WHERE build = ?');
  const insert = db.prepare<[string, string, string, string]>(
    `INSERT INTO builds (build, first_seen_at, verdict, verdict_at, reason, knobs, opened)
     VALUES (?, ?, 'unknown', ?, '', ?, '{}')`,
  );
  const setKnobs = db.prepare<[string, string]>('UPDATE builds SET knobs = ? WHERE build = ?');
  const setReady = db.prepare<[string, string, string]>(
    'UPDATE builds SET last_ready_at = ?, opened = ? WHERE build = ?',
  );
  const setVerdict = db.prepare<[string, string, string, string]>(
    'UPDATE builds SET verdict = ?, verdict_at = ?, reason = ? WHERE build = ?',
  );
  const sessions = db.prepare<[], SessionRow>(
    'SELECT b.* FROM build_sessions b JOIN sessions s ON s.name = b.session ORDER BY b.session',
  );
  const session = db.prepare<[string], SessionRow>('SELECT * FROM build_sessions WHERE session = ?');
  const setSession = db.prepare<[string, string | null, string | null, string | null]>(
    'INSERT OR REPLACE INTO build_sessions (session, wanted, running, changed_at) VALUES (?, ?, ?, ?)',
  );
  const trials = db.prepare<[], { build: string; facts: string }>(
    'SELECT build, facts FROM build_trials ORDER BY build',
  );
  const setTrial = db.prepare<[string, string]>('INSERT OR REPLACE INTO build_trials (build, facts) VALUES (?, ?)');
  const endTrial = db.prepare<[string]>('DELETE FROM build_trials WHERE build = ?');

  const known = (build: string): BuildRow => {
    const row = get.get(build);
    if (row === undefined) throw new Error(`no build ${build}`);
    return toBuild(row);
  };

  return {
    all: () => read(() => all.all().map(toBuild)),
    get: (build) =>
      read(() => {
        const row = get.get(build);
        return row === undefined ? null : toBuild(row);
      }),
    seen: (build, { session: by, knobs, wanted }) =>
      write(() => {
        const isNew = get.get(build) === undefined;
        const at = now().toISOString();
        if (isNew) insert.run(build, at, at, JSON.stringify(knobs ?? {}));
        else if (knobs !== null) setKnobs.run(JSON.stringify(knobs), build);
        if (!isNew && wanted === undefined) return null;
        const data = { build, new: isNew, ...(wanted === undefined ? {} : { wanted }) };
        return addEvent({ session: by, type: 'build.seen', data });
      }),
    ready: (build, opened) =>
      write(() => {
        const before = known(build).opened;
        const names = new Set([...Object.keys(before), ...Object.keys(opened)]);
        const most = [...names].map((name) => [name, Math.max(before[name] ?? -1, opened[name] ?? -1)]);
        setReady.run(now().toISOString(), JSON.stringify(Object.fromEntries(most)), build);
      }),
    judge: (build, { verdict, reason, capability = null, sessions: names, ...more }) =>
      write(() => {
        setVerdict.run(verdict, now().toISOString(), reason, build);
        const about = { build, verdict, reason, capability, sessions: [...names], ...more };
        return addEvent({ session: names.length === 1 ? (names[0] ?? '') : '', type: 'build.verdict', data: about });
      }),
    sessions: () => read(() => sessions.all().map(toSession)),
    session: (name) =>
      read(() => {
        const row = session.get(name);
        return row === undefined ? null : toSession(row);
      }),
    setSession: (name, change) =>
      write(() => {
        const row = session.get(name);
        const before: Omit<BuildSession, 'session'> =
          row === undefined ? { wanted: null, running: null, changedAt: null } : toSession(row);
        const after = { ...before, ...change };
        const isChange = after.running !== null && after.running !== before.running;
        setSession.run(name, after.wanted, after.running, isChange ? now().toISOString() : after.changedAt);
      }),
    trials: () => read(() => trials.all().map(({ build, facts }) => ({ build, facts: JSON.parse(facts) as unknown }))),
    setTrial: (build, facts) => write(() => void setTrial.run(build, JSON.stringify(facts))),
    endTrial: (build) => write(() => void endTrial.run(build)),
  };
}

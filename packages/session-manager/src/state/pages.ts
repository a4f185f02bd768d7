import type { Feature } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { PageFacts } from './rows.ts';
import type { StateStore } from './state-store.ts';

type Column = keyof PageFacts;
type Row = Record<Column, string | null>;

const COLUMNS: readonly Column[] = ['limits', 'attention', 'overridden', 'capabilities', 'said', 'unread'];
const NOTHING: PageFacts = {
  limits: null,
  attention: null,
  overridden: [],
  capabilities: null,
  said: null,
  unread: null,
};

/** What the pages of WhatsApp Web have reported of sessions, and which uses of them failed. */
export function pagesTable({ db, write, read, addEvent }: Connection): StateStore['pages'] {
  const get = db.prepare<[string], Row>(`SELECT ${COLUMNS.join(', ')} FROM page_facts WHERE session = ?`);
  const put = db.prepare<[Row & { session: string }]>(
    `INSERT INTO page_facts (session, ${COLUMNS.join(', ')}) VALUES (@session, ${COLUMNS.map((one) => `@${one}`).join(', ')})
     ON CONFLICT (session) DO UPDATE SET ${COLUMNS.map((one) => `${one} = excluded.${one}`).join(', ')}`,
  );
  const count = db.prepare<[string, string]>(
    `INSERT INTO feature_failures (build, feature, count) VALUES (?, ?, 1)
     ON CONFLICT (build, feature) DO UPDATE SET count = count + 1`,
  );
  const failures = db.prepare<[string], { feature: Feature; count: number }>(
    'SELECT feature, count FROM feature_failures WHERE build = ?',
  );
  const factsOf = (session: string): PageFacts => {
    const row = get.get(session);
    return row === undefined ? NOTHING : toFacts(row);
  };

  return {
    get: (session) => read(() => factsOf(session)),
    set: (session, change, event) =>
      write(() => {
        put.run({ ...toRow({ ...factsOf(session), ...change }), session });
        if (event !== undefined) addEvent({ session, ...event });
      }),
    countFailure: (build, feature) => write(() => void count.run(build, feature)),
    failures: (build) =>
      read(() => Object.fromEntries(failures.all(build).map(({ feature, count: times }) => [feature, times]))),
  };
}

function toFacts(row: Row): PageFacts {
  const values = COLUMNS.map((column) => [column, row[column] === null ? null : (JSON.parse(row[column]) as unknown)]);
  return Object.fromEntries(values) as PageFacts;
}

function toRow(facts: PageFacts): Row {
  const values = COLUMNS.map((column) => [column, facts[column] === null ? null : JSON.stringify(facts[column])]);
  return Object.fromEntries(values) as Row;
}

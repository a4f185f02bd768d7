import { statSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import { corruptDatabase, refuseNewer, schemaVersion, storageError } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { browsersTable } from './browsers.ts';
import { buildsTable } from './builds.ts';
import { connect } from './connection.ts';
import { measuring } from './event-bytes.ts';
import { factsTable } from './facts.ts';
import { hubsTable } from './hubs.ts';
import { pagesTable } from './pages.ts';
import type { BrowserRow, PageFacts, SessionRow, SnapshotFailure, SnapshotRow } from './rows.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { sessionsTable } from './sessions.ts';
import { snapshotsTable } from './snapshots.ts';
import type { StateStore } from './state-store.ts';
import { tombstonesTable } from './tombstones.ts';
import { transfersTable } from './transfers.ts';
import { transitionsTable } from './transitions.ts';
import { vaultTable } from './vault-heads.ts';

/** The result of the last drill of a session's snapshots. */
export interface LastDrill {
  id: string;
  at: string;
  /** Also where its bytes alone were found damaged, and a later verification has read them all. */
  ok: boolean;
}

/** What an event of a verification says. */
interface Verdict {
  id: string;
  ok: boolean;
  failed?: { name: string }[];
}

/** A hub that was not seen for long; the times of being forgotten, and last seen. */
export interface ForgottenHub {
  hub: string;
  at: string;
  seenAt: string;
}

/** The check of a drill that a verification makes as well. */
const READ = 'bytes';

/** The database as it is at one moment, for those who only look. */
export interface StateReading {
  sessions: SessionRow[];
  browsers: BrowserRow[];
  transitions(session: string, limit: number): ReturnType<ReturnType<typeof transitionsTable>['list']>;
  page(session: string): PageFacts;
  snapshots(session: string): SnapshotRow[];
  /** Those of the link that the session has now. */
  snapshotsOfLink(session: string): SnapshotRow[];
  failure(session: string): SnapshotFailure | null;
  lastDrill(session: string): LastDrill | null;
  movedGeneration(session: string): number | null;
  transfers: Pick<StateStore['transfers'], 'list'>;
  builds: Pick<StateStore['builds'], 'all' | 'sessions'>;
  hubs: Pick<StateStore['hubs'], 'all' | 'droppedUpTo'>;
  /** The hubs that were forgotten because they were not seen, and are not registered again. */
  forgottenHubs(): ForgottenHub[];
  measureEvents: StateStore['events']['measure'];
  /** The newest record of a session that was seen in a vault. */
  vaultHead(vault: string, session: string): { sequence: number; id: string } | null;
  /** What the service remembers by name: the place, marks, vaults, the clock. */
  facts: Pick<StateStore['facts'], 'get'>;
  close(): void;
}

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database to look into it, beside a service that runs on it or without one: no lock of the data folder is
 * needed, nothing is written or migrated. Null when it is proven that there is none.
 *
 * @throws LeadMasterError `storage_failed` for one that is damaged, newer, older or unreadable.
 */
export function readState(file: string): StateReading | null {
  const at = { file, schema: SCHEMA };
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (found.size === 0) throw corruptDatabase(at, 'it is empty');
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const version = schemaVersion(db);
      if (version === 0) throw corruptDatabase(at, `it is not a database of ${SCHEMA.owner}`);
      refuseNewer(at, version);
      if (version < SCHEMA_VERSION) throw older(file, version);
      return reading(db, file);
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storageError(at, error);
  }
}

function reading(db: Database.Database, file: string): StateReading {
  const connection = connect({ db, file, now: () => new Date(), tell: () => undefined, before: () => undefined });
  const snapshots = snapshotsTable(connection);
  const pages = pagesTable(connection);
  const vault = vaultTable(connection);
  const facts = factsTable(connection);
  const tombstones = tombstonesTable(connection);
  const transitions = transitionsTable(connection);
  const drill = db.prepare<[string], { event: number; at: string; data: string }>(
    `SELECT id AS event, at, data FROM events
     WHERE session = ? AND type = 'snapshot.verified' AND json_extract(data, '$.drill') ORDER BY id DESC LIMIT 1`,
  );
  const goodSince = db.prepare<[string, number, string], number>(
    `SELECT 1 FROM events WHERE session = ? AND id > ? AND type = 'snapshot.verified'
     AND json_extract(data, '$.id') = ? AND json_extract(data, '$.ok') LIMIT 1`,
  );
  const forgotten = db.prepare<[], ForgottenHub>(
    `SELECT data ->> 'hub' AS hub, max(at) AS at, data ->> 'seenAt' AS seenAt FROM events
     WHERE session = '' AND type = 'hub.forgotten' AND data ->> 'reason' = 'unseen'
       AND data ->> 'hub' NOT IN (SELECT id FROM hubs) GROUP BY 1 ORDER BY 1`,
  );
  return {
    sessions: sessionsTable(connection).all(),
    browsers: browsersTable(connection).all(),
    transitions: (session, limit) => transitions.list(session, limit),
    page: (session) => pages.get(session),
    snapshots: (session) => snapshots.list(session),
    snapshotsOfLink: (session) => snapshots.ofLink(session),
    failure: (session) => snapshots.failure(session),
    lastDrill: (session) =>
      connection.read(() => {
        const row = drill.get(session);
        if (row === undefined) return null;
        const { id, ok, failed = [] } = JSON.parse(row.data) as Verdict;
        const onlyRead = failed.length > 0 && failed.every(({ name }) => name === READ);
        const isMended = onlyRead && goodSince.get(session, row.event, id) !== undefined;
        return { id, ok: ok || isMended, at: row.at };
      }),
    movedGeneration: (session) => tombstones.generation(session),
    transfers: transfersTable(connection),
    builds: buildsTable(connection),
    hubs: hubsTable(connection),
    forgottenHubs: () => connection.read(() => forgotten.all()),
    measureEvents: measuring(connection),
    vaultHead: (id, session) => vault.head(id, session),
    facts,
    close: () => void db.close(),
  };
}

/** Whether this is `readState` refusing a database that an older version wrote; nothing is wrong with that one. */
export function isOlderDatabase({ code, extra: { found, known } }: LeadMasterError): boolean {
  return code === 'storage_failed' && typeof found === 'number' && typeof known === 'number' && found < known;
}

function older(file: string, found: number): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The database ${file} was written by an older LeadMaster`,
    'The next start of the service brings it up to date.',
    { extra: { file, found, known: SCHEMA_VERSION } },
  );
}

import type { Logger } from 'pino';
import { browsersTable } from './browsers.ts';
import { buildsTable } from './builds.ts';
import { connect } from './connection.ts';
import { openDatabase } from './database.ts';
import { Announcer, eventsTable } from './events.ts';
import { inboxTable } from './inbox.ts';
import { messagesTable } from './messages.ts';
import { pagesTable } from './pages.ts';
import { retention } from './retention.ts';
import { sessionsTable } from './sessions.ts';
import { snapshotsTable, vaultTable } from './snapshots.ts';
import type { StateStore } from './state-store.ts';
import { storageTable } from './storage.ts';
import { transfersTable } from './transfers.ts';
import { transitionsTable } from './transitions.ts';

/**
 * The manager's memory in one SQLite file (0600). Opens it, or makes it when there is none; refuses a damaged or newer
 * one untouched, with a `storage_failed` that names the file and the cure.
 */
export function createStateStore(options: { file: string; now?: () => Date; log?: Pick<Logger, 'error'> }): StateStore {
  const now = options.now ?? (() => new Date());
  const announcer = new Announcer((detail) => options.log?.error({ detail }, 'a listener of events failed'));
  const db = openDatabase(options.file, now);
  const connection = connect({ db, file: options.file, now, tell: (events) => announcer.tell(events) });
  return {
    sessions: sessionsTable(connection),
    transitions: transitionsTable(connection),
    events: eventsTable(connection, announcer),
    messages: messagesTable(connection),
    inbox: inboxTable(connection),
    pages: pagesTable(connection),
    browsers: browsersTable(connection),
    snapshots: snapshotsTable(connection),
    vault: vaultTable(connection),
    storage: storageTable(connection),
    transfers: transfersTable(connection),
    builds: buildsTable(connection),
    atomically: connection.write,
    sweep: retention(connection),
    close: () => {
      db.close();
    },
  };
}

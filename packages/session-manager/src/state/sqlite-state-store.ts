import type { LeadMasterEvent } from '@leadmaster/protocol';
import { GroupCommit, openDatabase } from '@leadmaster/service-kit/sqlite';
import type { Logger } from 'pino';
import { boundsTable } from './bounds.ts';
import { browsersTable } from './browsers.ts';
import { buildsTable } from './builds.ts';
import { type Connection, connect } from './connection.ts';
import { contactsTable } from './contacts.ts';
import { Announcer, eventsTable } from './events.ts';
import { factsTable } from './facts.ts';
import { hubsTable } from './hubs.ts';
import { inboxTable } from './inbox.ts';
import { messagesTable } from './messages.ts';
import { pagesTable } from './pages.ts';
import { retention } from './retention.ts';
import { SCHEMA } from './schema.ts';
import { sessionsTable } from './sessions.ts';
import { snapshotsTable } from './snapshots.ts';
import type { StateStore } from './state-store.ts';
import { storageTable } from './storage.ts';
import { tombstonesTable } from './tombstones.ts';
import { transfersTable } from './transfers.ts';
import { transitionsTable } from './transitions.ts';
import { vaultTable } from './vault-heads.ts';

/**
 * The manager's memory in one SQLite file (0600). Opens it, or makes it when there is none; refuses a damaged or newer
 * one untouched, with a `storage_failed` that names the file and what to do.
 */
export function createStateStore(options: { file: string; now?: () => Date; log?: Pick<Logger, 'error'> }): StateStore {
  const now = options.now ?? (() => new Date());
  const announcer = new Announcer((detail) => options.log?.error({ detail }, 'a listener of events failed'));
  const db = openDatabase({ file: options.file, schema: SCHEMA }, now);
  const group = new GroupCommit<LeadMasterEvent>(() => connection);
  const connection: Connection = connect({
    ...{ db, file: options.file, now },
    tell: (events) => announcer.tell(events),
    before: () => group.flush(),
  });
  return {
    sessions: sessionsTable(connection),
    bounds: boundsTable(connection),
    transitions: transitionsTable(connection),
    events: eventsTable(connection, announcer),
    hubs: hubsTable(connection),
    messages: messagesTable(connection),
    inbox: inboxTable(connection),
    pages: pagesTable(connection),
    browsers: browsersTable(connection),
    snapshots: snapshotsTable(connection),
    vault: vaultTable(connection),
    facts: factsTable(connection),
    tombstones: tombstonesTable(connection),
    storage: storageTable(connection),
    transfers: transfersTable(connection),
    contacts: contactsTable(connection),
    builds: buildsTable(connection),
    atomically: connection.write,
    later: (change) => group.add(change),
    sweep: retention(connection),
    close: () => {
      group.flush();
      db.close();
    },
  };
}

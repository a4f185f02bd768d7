import { actionFieldsOf, type LeadMasterEvent, type NewEvent } from '@leadmaster/protocol';
import { type Transactions, transactions } from '@leadmaster/service-kit/sqlite';
import type Database from 'better-sqlite3';
import { LOG_BYTES } from './event-bytes.ts';
import { SCHEMA } from './schema.ts';

/** What the tables share: the database, the clock, and the one way to write. */
export interface Connection extends Transactions<LeadMasterEvent> {
  now: () => Date;
  /** Adds an event to the running transaction. Subscribers hear of it after the commit. */
  addEvent: (event: NewEvent) => LeadMasterEvent;
}

/** Makes the shared part of the manager's store. */
export function connect(options: {
  db: Database.Database;
  file: string;
  now: () => Date;
  tell: (events: readonly LeadMasterEvent[]) => void;
  /** Called before a transaction begins: what was collected earlier comes first. */
  before: () => void;
}): Connection {
  const { db, file, now, tell, before } = options;
  const shared = transactions<LeadMasterEvent>({ db, at: { file, schema: SCHEMA }, tell, before });
  const insertEvent = db.prepare<[string, string, string, string]>(
    `INSERT INTO events (session, type, at, data, bytes_before) VALUES (?, ?, ?, ?, ${LOG_BYTES})`,
  );
  return {
    ...shared,
    now,
    addEvent: ({ session, type, data }) => {
      const at = now().toISOString();
      const text = JSON.stringify('hint' in data ? { ...data, ...actionFieldsOf(data.hint) } : data);
      const id = Number(insertEvent.run(session, type, at, text).lastInsertRowid);
      // Parsed back, so that live readers get exactly what later readers of the log get.
      const event = { id, session, type, at, data: JSON.parse(text) } as LeadMasterEvent;
      shared.keep(event);
      return event;
    },
  };
}

import { actionFieldsOf, type LeadMasterEvent, type NewEvent } from '@leadmaster/protocol';
import type Database from 'better-sqlite3';

import { storageError } from './storage-errors.ts';

/** What the tables share: the database, the clock, and the one way to write. */
export interface Connection {
  db: Database.Database;
  now: () => Date;
  /** Runs a change as one transaction: wholly done and on the disk when it returns, or not at all. */
  write: <T>(change: () => T) => T;
  /** Runs a change as one transaction, and leaves its events to be told. */
  commit: <T>(change: () => T) => { result: T; events: LeadMasterEvent[] };
  tell: (events: readonly LeadMasterEvent[]) => void;
  /** Runs a change within a transaction so that one that throws undoes itself alone, with its events. */
  attempt: <T>(change: () => T) => T;
  /** Runs a query; what SQLite throws becomes an error with a cure. */
  read: <T>(query: () => T) => T;
  /** Adds an event to the running transaction. Subscribers hear of it after the commit. */
  addEvent: (event: NewEvent) => LeadMasterEvent;
}

/**
 * Makes the shared part of a store. `tell` is called with the events of a transaction after its commit, so that
 * nobody hears of what a crash could still undo.
 */
export function connect(options: {
  db: Database.Database;
  file: string;
  now: () => Date;
  tell: (events: readonly LeadMasterEvent[]) => void;
  /** Called before a transaction begins: what was collected earlier comes first. */
  before: () => void;
}): Connection {
  const { db, file, now, tell, before } = options;
  const insertEvent = db.prepare<[string, string, string, string]>(
    'INSERT INTO events (session, type, at, data) VALUES (?, ?, ?, ?)',
  );
  let pending: LeadMasterEvent[] = [];

  const read = <T>(query: () => T): T => {
    try {
      return query();
    } catch (error) {
      throw storageError(file, error);
    }
  };

  const commit = <T>(change: () => T): { result: T; events: LeadMasterEvent[] } => {
    pending = [];
    const result = read(() => db.transaction(change).immediate());
    const events = pending;
    pending = [];
    return { result, events };
  };

  return {
    db,
    now,
    read,
    tell: (events) => {
      if (events.length > 0) tell(events);
    },
    commit,
    write: (change) => {
      // Part of a larger change: that one commits, and tells.
      if (db.inTransaction) return change();
      before();
      const { result, events } = commit(change);
      if (events.length > 0) tell(events);
      return result;
    },
    attempt: (change) => {
      const events = pending.length;
      try {
        return read(() => db.transaction(change)());
      } catch (error) {
        pending.length = events;
        throw error;
      }
    },
    addEvent: ({ session, type, data }) => {
      const at = now().toISOString();
      const text = JSON.stringify('hint' in data ? { ...data, ...actionFieldsOf(data.hint) } : data);
      const id = Number(insertEvent.run(session, type, at, text).lastInsertRowid);
      // Parsed back, so that live readers get exactly what later readers of the log get.
      const event = { id, session, type, at, data: JSON.parse(text) } as LeadMasterEvent;
      pending.push(event);
      return event;
    },
  };
}

import type Database from 'better-sqlite3';
import type { DatabaseFile } from './migrate.ts';
import { storageError } from './storage-errors.ts';

/** One database and the one way to write to it. `Event`: what listeners hear of after a commit. */
export interface Transactions<Event> {
  db: Database.Database;
  /** Runs a change as one transaction: wholly done and on the disk when it returns, or not at all. */
  write: <T>(change: () => T) => T;
  /** Runs a change as one transaction, and leaves its events to be told. */
  commit: <T>(change: () => T) => { result: T; events: Event[] };
  tell: (events: readonly Event[]) => void;
  /** Runs a change within a transaction so that one that throws undoes itself alone, with its events. */
  attempt: <T>(change: () => T) => T;
  /** Runs a query; what SQLite throws becomes an error with a hint. */
  read: <T>(query: () => T) => T;
  /** Keeps an event of the running transaction. Subscribers hear of it after the commit. */
  keep: (event: Event) => void;
}

/**
 * Makes the shared part of a store. `tell` is called with the events of a transaction after its commit, so that
 * an event that a crash could undo is never told.
 */
export function transactions<Event>(options: {
  db: Database.Database;
  at: DatabaseFile;
  tell: (events: readonly Event[]) => void;
  /** Called before a transaction begins: what was collected earlier comes first. */
  before: () => void;
}): Transactions<Event> {
  const { db, at, before } = options;
  const tell = (events: readonly Event[]): void => {
    if (events.length > 0) options.tell(events);
  };
  let pending: Event[] = [];

  const read = <T>(query: () => T): T => {
    try {
      return query();
    } catch (error) {
      throw storageError(at, error);
    }
  };

  const commit = <T>(change: () => T): { result: T; events: Event[] } => {
    pending = [];
    const result = read(() => db.transaction(change).immediate());
    const events = pending;
    pending = [];
    return { result, events };
  };

  return {
    db,
    read,
    tell,
    commit,
    write: (change) => {
      // Part of a larger change: that one commits, and tells.
      if (db.inTransaction) return change();
      before();
      const { result, events } = commit(change);
      tell(events);
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
    keep: (event) => void pending.push(event),
  };
}

/**
 * Writes earlier days of a session into the database of the demo's session manager: when it was linked, one lost line, and how its
 * profile grew. A program of its own: two SQLite libraries in one process would drop each other's locks.
 *
 * Arguments: the file of the database, then names of sessions.
 */
import { DatabaseSync } from 'node:sqlite';

const DAY_MS = 86_400_000;
const HOUR_CHARS = '2026-01-31T10'.length;
/** How long ago, in days; then from, to and reason. */
const LIFE = [
  [9.2, 'STOPPED', 'INITIALIZING', 'requested'],
  [9.1999, 'INITIALIZING', 'QR_REQUIRED', 'waiting_for_scan'],
  [9.199, 'QR_REQUIRED', 'AUTHENTICATED', 'linked'],
  [9.1989, 'AUTHENTICATED', 'READY', 'synced'],
  [3.4, 'READY', 'DISCONNECTED_RECOVERABLE', 'connection_lost'],
  [3.3996, 'DISCONNECTED_RECOVERABLE', 'READY', 'connection_back'],
  [0.2, 'READY', 'STOPPING', 'service_stopped'],
  [0.1999, 'STOPPING', 'STOPPED', 'service_stopped'],
] as const;
const SAMPLE_DAYS = [6.5, 5.5, 4.5, 3.5, 2.5, 1.5, 0.5];
const FIRST_BYTES = 900_000;
const GROWN_BYTES = 200_000;

const [file = '', ...sessions] = process.argv.slice(2);
const db = new DatabaseSync(file, { timeout: 5_000 });
const transition = db.prepare(
  'INSERT INTO transitions (session, from_state, to_state, reason, at) VALUES (?, ?, ?, ?, ?)',
);
const sample = db.prepare(
  `INSERT OR IGNORE INTO storage_samples (session, hour, at, bytes, critical, important, optional, temporary)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
);
const now = Date.now();
const daysAgo = (days: number): string => new Date(now - days * DAY_MS).toISOString();

db.exec('BEGIN IMMEDIATE');
for (const session of sessions) {
  for (const [days, from, to, reason] of LIFE) transition.run(session, from, to, reason, daysAgo(days));
  for (const [nth, days] of SAMPLE_DAYS.entries()) {
    const at = daysAgo(days);
    const bytes = FIRST_BYTES + nth * GROWN_BYTES;
    const [critical, important] = [Math.round(bytes * 0.4), Math.round(bytes * 0.1)];
    const optional = Math.round(bytes * 0.4);
    const temporary = bytes - critical - important - optional;
    sample.run(session, at.slice(0, HOUR_CHARS), at, bytes, critical, important, optional, temporary);
  }
}
db.exec('COMMIT');
db.close();

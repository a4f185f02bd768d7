import { Cursor } from './cursor.ts';
import { Damaged } from './damaged.ts';

const LEVELS = 7;

/** A table that the database needs. */
export interface LiveTable {
  number: number;
  /** In bytes. */
  size: number;
}

/** What the edits of a MANIFEST add up to. */
export interface Version {
  /** Logs from this number on hold what no table has yet; 0 in a database that never had a log. */
  logNumber: number | null;
  /** A second log, of databases written long ago; 0 is none. */
  previousLog: number;
  nextFile: number | null;
  lastSequence: number | null;
  /** By level and number. */
  tables: Map<string, LiveTable>;
}

export function emptyVersion(): Version {
  return { logNumber: null, previousLog: 0, nextFile: null, lastSequence: null, tables: new Map() };
}

/**
 * Applies one record of a MANIFEST. Within an edit what is deleted goes before what is new, in whichever order they lie.
 *
 * @throws Damaged when it is no edit.
 */
export function applyEdit(version: Version, record: Buffer): void {
  const cursor = new Cursor(record);
  const added: [string, LiveTable][] = [];
  while (!cursor.atEnd) {
    switch (cursor.varint()) {
      case 1: // the comparator's name
        cursor.bytes();
        break;
      case 2:
        version.logNumber = cursor.varint();
        break;
      case 3:
        version.nextFile = cursor.varint();
        break;
      case 4:
        version.lastSequence = cursor.varint();
        break;
      case 5: // where the next compaction of a level begins
        level(cursor);
        cursor.bytes();
        break;
      case 6:
        version.tables.delete(`${level(cursor)}/${cursor.varint()}`);
        break;
      case 7:
        added.push(newTable(cursor));
        break;
      case 9:
        version.previousLog = cursor.varint();
        break;
      default:
        throw new Damaged('holds an edit with an unknown field');
    }
  }
  for (const [key, table] of added) version.tables.set(key, table);
}

function newTable(cursor: Cursor): [string, LiveTable] {
  const at = level(cursor);
  const table = { number: cursor.varint(), size: cursor.varint() };
  cursor.bytes(); // the smallest key
  cursor.bytes(); // the largest
  return [`${at}/${table.number}`, table];
}

function level(cursor: Cursor): number {
  const value = cursor.varint();
  if (value >= LEVELS) throw new Damaged(`holds an edit of level ${value}`);
  return value;
}

/** How a database calls what the steps use. */
export interface SqlWords {
  /** A text that sorts by its bytes, as JavaScript and SQLite sort it, in every language of a server. */
  text: string;
  int: string;
  blob: string;
  /** A primary key that the database counts up; a number is never given twice. */
  counted: string;
  /** Behind the columns of a table. */
  strict: string;
}

export const SQLITE_WORDS: SqlWords = {
  text: 'TEXT',
  int: 'INTEGER',
  blob: 'BLOB',
  counted: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  strict: ' STRICT',
};

export const POSTGRES_WORDS: SqlWords = {
  text: 'text COLLATE "C"',
  int: 'bigint',
  blob: 'bytea',
  counted: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  strict: '',
};

/** One step of the schema, for both databases. Never changed once released: a correction is another step. */
export interface HubMigration {
  version: number;
  name: string;
  sql: (words: SqlWords) => string;
}

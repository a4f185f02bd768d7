import Database from 'better-sqlite3';

/** The database as the version before the newest step of the schema has left it, as far as it tells its version. */
export function forgetNewestSchema(file: string): void {
  const db = new Database(file);
  db.exec('DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)');
  db.close();
}

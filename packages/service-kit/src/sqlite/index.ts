/** One SQLite file: opened safely, migrated, written in transactions. */
export { openDatabase, refuseNewerFile } from './database.ts';
export { GroupCommit } from './group-commit.ts';
export { type Hold, holdFile, isFileLocked } from './hold-file.ts';
export {
  type DatabaseFile,
  type Migration,
  migrate,
  newestVersion,
  refuseNewer,
  type Schema,
  schemaVersion,
} from './migrate.ts';
export { corruptDatabase, storageError } from './storage-errors.ts';
export { type Transactions, transactions } from './transactions.ts';

import { newestVersion, type Schema } from '@leadmaster/service-kit/sqlite';
import { MIGRATIONS } from './migrations/index.ts';

/** The session manager's database. */
export const SCHEMA: Schema = {
  owner: 'the session manager',
  // "LdMs"
  applicationId: 0x4c644d73,
  steps: MIGRATIONS,
  tables: ['sessions', 'transitions', 'events', 'messages', 'inbox', 'browsers'],
  withoutIt:
    'logins are in tokens/ and are not touched; lost are the history, the event log and which sessions were to run, ' +
    'and each profile found in tokens/ waits to be adopted.',
};

/** The newest schema that this program knows. */
export const SCHEMA_VERSION = newestVersion(SCHEMA);

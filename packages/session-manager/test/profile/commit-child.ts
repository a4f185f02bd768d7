/** Commits the login of one session, between two marks that a trace can see. Arguments: data folder, session. */
import { access } from 'node:fs/promises';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';

const [dataDir = '', session = ''] = process.argv.slice(2);
const store = createProfileStore({ dataDir });
await access('/mark-begin').catch(() => {});
await store.commitLogin(session, null, '156.0.1.2');
await access('/mark-end').catch(() => {});

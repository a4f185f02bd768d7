import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { type Hold, holdFile } from '@leadmaster/service-kit/sqlite';

/** `hub.db` is for one hub: what it knows of its own writes would not be true beside another. */
export function holdDatabase(dataDir: string): Hold {
  const inUse = (): LeadMasterError =>
    new LeadMasterError(
      'data_folder_in_use',
      `Another hub runs on ${join(dataDir, 'hub.db')}.`,
      'Stop that one first, give this one another LEADMASTER_DATA_DIR, or use PostgreSQL (DATABASE_URL) for several hubs.',
    );
  return holdFile(join(dataDir, 'locks', 'hub.lock'), inUse);
}

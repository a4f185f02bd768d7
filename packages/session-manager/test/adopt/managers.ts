import { pino } from 'pino';
import { readConfig } from '../../src/config/index.ts';
import { type Context, createContext } from '../../src/context.ts';

/** A manager on a data folder, that does nothing by itself. */
export async function openManager(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Context> {
  const config = readConfig({
    LEADMASTER_DATA_DIR: dataDir,
    SNAPSHOT_SCHEDULE: 'off',
    SNAPSHOT_AFTER_LOGIN: 'off',
    ...env,
  });
  return createContext(config, pino({ level: 'silent' }));
}

/**
 * Starts a service at each of the hosts that are given, in a network of its own, and prints a line for each: the status of its health at the
 * address that it names, or the code of the error and what to do.
 */
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { runSessionManager } from '../src/main.ts';

const [folder = '', ...hosts] = process.argv.slice(2);
for (const [index, host] of hosts.entries()) {
  const env = { LEADMASTER_DATA_DIR: join(folder, String(index)), SESSION_MANAGER_PORT: '3001', LOG_LEVEL: 'fatal' };
  try {
    const service = await runSessionManager({ env: { ...env, LEADMASTER_HOST: host } });
    const { status } = await fetch(`${service.url}/health`).catch(() => ({ status: 'silent' }));
    await service.shutdown('done');
    console.log(`${host} ${status}`);
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    console.log(`${host} ${error.code}: ${error.message}. ${error.hint}`);
  }
}
process.exit(0);

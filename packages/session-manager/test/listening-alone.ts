/**
 * Starts a service at each of the hosts that are given, on the port of HTTP itself, in a network of its own. Prints a line for each: the
 * status of its health at the address that it names, and the port that it tells beside its lock; or the code of the error and what to do.
 */
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { runSessionManager } from '../src/main.ts';
import { servingPort } from '../src/profile/serving.ts';

const [folder = '', ...hosts] = process.argv.slice(2);
for (const [index, host] of hosts.entries()) {
  const env = { LEADMASTER_DATA_DIR: join(folder, String(index)), SESSION_MANAGER_PORT: '80', LOG_LEVEL: 'fatal' };
  try {
    const service = await runSessionManager({ env: { ...env, LEADMASTER_HOST: host } });
    const { status } = await fetch(`${service.url}/health`).catch(() => ({ status: 'silent' }));
    const port = servingPort(env.LEADMASTER_DATA_DIR);
    await service.shutdown('done');
    console.log(`${host} ${status} ${port}`);
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    console.log(`${host} ${error.code}: ${error.message}. ${error.hint}`);
  }
}
process.exit(0);

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { hostHere } from '../process/index.ts';
import type { HttpApp } from './app.ts';

/** Where a service listens, and the settings for that. */
export interface Listening {
  host: string;
  port: number;
  /** Names of the settings, for the error. */
  settings: { host: string; port: string };
}

const ALL_ADDRESSES = ['0.0.0.0', '::'];

/**
 * Listens, or closes the app. Resolves to where it answers this machine, such as `http://127.0.0.1:3001`.
 *
 * @throws LeadMasterError `port_unavailable`.
 */
export async function listen(app: HttpApp, where: Listening): Promise<string> {
  try {
    const { host } = where;
    const url = await app.listen({ host, port: where.port });
    if (!ALL_ADDRESSES.includes(host)) return url;
    const { port } = app.server.address() as AddressInfo;
    return `http://${hostHere(host)}:${port}`;
  } catch (error) {
    await app.close();
    throw portError(error, where);
  }
}

/**
 * Before anything is made: a start that cannot listen leaves nothing behind. All ports are held at once, so that two services
 * with one port are noticed too.
 *
 * @throws LeadMasterError `port_unavailable`.
 */
export async function refuseTakenPorts(ports: readonly Listening[]): Promise<void> {
  const trials: Server[] = [];
  try {
    for (const where of ports) if (where.port !== 0) trials.push(await tryPort(where));
  } finally {
    await Promise.all(trials.map((trial) => once(trial.close(), 'close')));
  }
}

async function tryPort(where: Listening): Promise<Server> {
  const trial = createServer();
  try {
    trial.listen({ host: where.host, port: where.port });
    await once(trial, 'listening');
  } catch (error) {
    throw portError(error, where);
  }
  return trial;
}

function portError(error: unknown, { host, port, settings }: Listening): LeadMasterError {
  const where = `${host}:${port}`;
  const { code = '' } = error as NodeJS.ErrnoException;
  const loopback = `Set ${settings.host} to an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.`;
  const known: Record<string, [why: string, hint: string]> = {
    EADDRINUSE: [`another program listens on ${where}`, `End that program, or choose another ${settings.port}.`],
    EADDRNOTAVAIL: [`${host} is no address of this machine`, loopback],
    ENOTFOUND: [`${host} is no address of this machine`, loopback],
    EACCES: [`this user may not listen on ${where}`, `Choose a ${settings.port} from 1024 on.`],
  };
  const [why, hint] = known[code] ?? [`${where}: ${errorText(error)}`, loopback];
  return new LeadMasterError('port_unavailable', `The service cannot listen: ${why}`, hint, { cause: error });
}

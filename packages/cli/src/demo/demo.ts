import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@leadmaster/client';
import type { Language } from '@leadmaster/doctor';
import { errorText } from '@leadmaster/protocol';
import type { Env } from '@leadmaster/session-manager/config';
import { type Running, startServices } from '../service/services.ts';
import { DEMO_PAGE } from '../setup/build-dashboard.ts';
import { type ClientsOptions, clientsIn, makeClients, noteClients } from './clients.ts';
import { demoSettings, guardSettings } from './demo-file.ts';
import { Phones } from './phones.ts';
import { joinHub, MACHINES, startSecondMachine } from './second-machine.ts';
import { SideDesk } from './side-desk.ts';
import { startStandin } from './standin.ts';

export interface DemoOptions {
  env: Env;
  /** The demo's own data folder. */
  dataDir: string;
  logTo: 'stdout' | 'stderr';
  language: Language;
  /** Three clients and a second machine; false: nothing but the stand-in and its phones. */
  withClients: boolean;
}

/** A demo that runs: the services, the stand-in, and with clients a second machine. It ends as one, the stand-in last. */
export interface RunningDemo extends Running {
  controlUrl: string;
  /** How its browsers reach the stand-in. */
  chromeArgs: string;
  /** Resolves once the clients are as the demo shows them: null, or why they are not. */
  clients: Promise<string | null>;
}

/** The settings of a demo on that folder. */
export function demoEnv(env: Env, dataDir: string): Env {
  return { ...env, ...demoSettings(dataDir), ...guardSettings(env) };
}

/** Whether a demo without clients has left this folder, or a rehearsal of a loss: its sessions stay as they are. */
export function isOfAnotherDemo(dataDir: string): boolean {
  return existsSync(join(dataDir, 'session-manager.db')) && clientsIn(dataDir) === null;
}

/** Starts a demo. What has started ends again where the next part cannot start. */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { env, dataDir, logTo, withClients } = options;
  const standin = await startStandin(env, dataDir);
  const parts: { shutdown(reason: string, code?: number): Promise<void> }[] = [];
  const ending = new AbortController();
  const end = async (reason: string, code?: number): Promise<void> => {
    ending.abort();
    for (const part of parts) await part.shutdown(reason, code);
    await standin.close();
  };
  try {
    const phones = new Phones(standin.controlUrl);
    const desk = new SideDesk(phones);
    const own = { ...demoEnv(env, dataDir), CHROME_ARGS: standin.chromeArgs };
    const machine = withClients ? { machineName: MACHINES[0] } : {};
    const beside = { dashboard: DEMO_PAGE, hostRoutes: desk.routes, ...machine };
    const services = await startServices({ which: 'both', env: own, logTo, beside });
    parts.push(services);
    if (withClients && clientsIn(dataDir) === null) noteClients(dataDir, 'begun');
    const first = services.local;
    if (first === null) throw new Error('a demo runs with its own session manager');
    const hub = new Client({ url: services.url, key: () => first.context.secrets.adminKey });
    const second = withClients ? await startSecondMachine(own, { dataDir, logTo }) : null;
    if (second !== null) {
      parts.push(second);
      await joinHub(hub, second);
    }
    const managers = { [MACHINES[0]]: first, ...(second === null ? {} : { [MACHINES[1]]: second }) };
    desk.open({ hub, managers });
    return {
      ...services,
      controlUrl: standin.controlUrl,
      chromeArgs: standin.chromeArgs,
      clients: withClients ? bring({ ...options, hub, phones, signal: ending.signal }) : Promise.resolve(null),
      contained: [...services.contained, ...(second?.contained ?? [])],
      alsoEnds: standin.ended,
      shutdown: end,
      finished: allEnded([services.finished, second?.finished ?? 0], standin.ended),
    };
  } catch (error) {
    await end('the demo could not start', 1);
    throw error;
  }
}

/** Makes the clients where they were never made. Resolves to why they are not there; null where they are. */
async function bring(options: ClientsOptions): Promise<string | null> {
  if (clientsIn(options.dataDir) === 'made') return null;
  try {
    await makeClients(options);
    return null;
  } catch (error) {
    return options.signal.aborted ? null : errorText(error);
  }
}

async function allEnded(codes: readonly (Promise<number> | number)[], standin: Promise<string>): Promise<number> {
  const worst = Math.max(...(await Promise.all(codes)));
  await standin;
  return worst;
}

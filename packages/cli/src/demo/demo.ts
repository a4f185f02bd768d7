import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@leadmaster/client';
import type { Language } from '@leadmaster/doctor';
import { errorText } from '@leadmaster/protocol';
import type { Env } from '@leadmaster/session-manager/config';
import type { Service } from '../service/serve.ts';
import { type Running, startServices } from '../service/services.ts';
import { DEMO_PAGE } from '../setup/build-dashboard.ts';
import { type ClientsOptions, clientsIn, makeClients, noteClients } from './clients.ts';
import { demoSettings, guardSettings, logSettings } from './demo-file.ts';
import { Phones } from './phones.ts';
import { joinHub, MACHINES, startSecondMachine } from './second-machine.ts';
import { SideDesk } from './side-desk.ts';
import { type StandinProcess, startStandin, stateFile } from './standin.ts';

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
  return { ...env, ...demoSettings(dataDir), ...guardSettings(env), ...logSettings(env) };
}

/** Whether a demo without clients has left this folder, or a rehearsal of a loss: its sessions stay as they are. */
export function isOfAnotherDemo(dataDir: string): boolean {
  return isBegun(dataDir) && clientsIn(dataDir) === null;
}

/** Whether services have run on this folder. */
function isBegun(dataDir: string): boolean {
  return existsSync(join(dataDir, 'session-manager.db'));
}

/** Starts a demo. What has started ends again where the next part cannot start. */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const parts = new Parts(await startStandin(options.env, options.dataDir));
  try {
    return await assemble(options, parts);
  } catch (error) {
    await parts.end('the demo could not start', 1);
    // With the memory of the stand-in alone a folder is no data folder, and no start would take it.
    if (!isBegun(options.dataDir)) rmSync(stateFile(options.dataDir), { force: true });
    throw error;
  }
}

/** What has started so far. It ends in the order in which it started, the stand-in last: browsers close with their WhatsApp still there. */
class Parts {
  readonly standin: StandinProcess;
  readonly #ending = new AbortController();
  readonly #services: Pick<Service, 'shutdown' | 'finished'>[] = [];

  constructor(standin: StandinProcess) {
    this.standin = standin;
  }

  /** Aborts when the demo ends. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  add<S extends Pick<Service, 'shutdown' | 'finished'>>(service: S): S {
    this.#services.push(service);
    return service;
  }

  async end(reason: string, code?: number): Promise<void> {
    this.#ending.abort();
    for (const service of this.#services) await service.shutdown(reason, code);
    await this.standin.close();
  }

  /** The worst exit code, once all have ended. */
  async finished(): Promise<number> {
    const codes = await Promise.all(this.#services.map((service) => service.finished));
    await this.standin.ended;
    return Math.max(...codes);
  }
}

async function assemble(options: DemoOptions, parts: Parts): Promise<RunningDemo> {
  const { dataDir, logTo, withClients } = options;
  const { standin, signal } = parts;
  const phones = new Phones(standin.controlUrl);
  const desk = new SideDesk(phones);
  const env = { ...demoEnv(options.env, dataDir), CHROME_ARGS: standin.chromeArgs };
  const page = { dashboard: DEMO_PAGE, hostRoutes: desk.routes };
  const beside = withClients ? { ...page, machineName: MACHINES[0] } : page;
  const services = parts.add(await startServices({ which: 'both', env, logTo, beside }));
  const { local } = services;
  if (local === null) throw new Error('a demo runs with its own session manager');
  if (withClients && clientsIn(dataDir) === null) noteClients(dataDir, 'begun');
  const hub = new Client({ url: services.url, key: () => local.context.secrets.adminKey });
  const second = withClients ? parts.add(await startSecondMachine(env, { dataDir, logTo })) : null;
  if (second !== null) await joinHub(hub, second);
  const clients = withClients ? bring({ ...options, hub, phones, signal }) : Promise.resolve(null);
  const managers = { [MACHINES[0]]: local, ...(second === null ? {} : { [MACHINES[1]]: second }) };
  desk.open({ hub, managers, clients });
  return {
    ...services,
    controlUrl: standin.controlUrl,
    chromeArgs: standin.chromeArgs,
    clients,
    contained: [...services.contained, ...(second?.contained ?? [])],
    alsoEnds: standin.ended,
    shutdown: (reason, code) => parts.end(reason, code),
    finished: parts.finished(),
  };
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

import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEvent } from '@leadmaster/protocol';
import { ADMIN_KEY, SERVICE_TOKEN } from '@leadmaster/testkit';
import { answers } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { Postgres } from '@leadmaster/testkit/postgres';
import { judgeAudit, wholeAudit } from './audited.ts';
import { Follower, wholeLog } from './follower.ts';
import { judgeLeavings, judgeLog, judgeOrders, judgeSteady, judgeTexts } from './judge.ts';
import { Load, STEADY } from './load.ts';
import { browserMachine, type Machine, playedMachine } from './machine.ts';
import { Program } from './program.ts';
import { Relay } from './relay.ts';
import { until } from './until.ts';

export type StoreKind = 'sqlite' | 'postgres';

/** Messages that wait for nothing more. */
const TOLD: readonly string[] = ['FAILED', 'UNCERTAIN', 'EXPIRED'];

export interface WorldOptions {
  store: StoreKind;
  hubs: number;
  leaseSeconds: number;
  /** Real ones, under a lighter load; left out, they are played. */
  browsers?: boolean;
}

/** Hubs over one session manager, each a process of its own, under load, with a line between them that can break. */
export class World {
  readonly hubs: readonly Program[];
  readonly machine: Machine;
  readonly relay: Relay;
  readonly postgres: Postgres | null;
  readonly databaseUrl: string | null;
  readonly load: Load;
  readonly followers: readonly Follower[];
  readonly #folder: string;

  private constructor(parts: Pick<World, 'hubs' | 'machine' | 'relay' | 'postgres' | 'databaseUrl'>, folder: string) {
    ({ hubs: this.hubs, machine: this.machine, relay: this.relay } = parts);
    ({ postgres: this.postgres, databaseUrl: this.databaseUrl } = parts);
    this.#folder = folder;
    const clients = this.hubs.map(({ client }) => client);
    this.load = new Load(clients, this.machine);
    this.followers = clients.map((client) => new Follower(client));
  }

  /** Starts all of it, and the load. */
  static async start({ store, hubs, leaseSeconds, browsers = false }: WorldOptions): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'leadmaster-hub-proof-'));
    const postgres = store === 'postgres' ? await Postgres.start() : null;
    const databaseUrl = (await postgres?.createDatabase()) ?? null;
    const port = await freePort();
    const machine = await (browsers ? browserMachine : playedMachine)({ folder, port });
    const secret = join(folder, 'hub.secret');
    if (databaseUrl !== null) writeFileSync(secret, `${'s'.repeat(43)}\n`, { mode: 0o600 });
    const programs = [];
    for (let at = 1; at <= hubs; at += 1) {
      const dataDir = join(folder, `hub-${at}`);
      await mkdir(dataDir, { mode: 0o700 });
      programs.push(await hubProgram({ dataDir, databaseUrl, secret, leaseSeconds }));
    }
    const relay = await Relay.to(port);
    const world = new World({ hubs: programs, machine, relay, postgres, databaseUrl }, folder);
    try {
      await Promise.all([machine.program.start(), programs[0]?.start()]);
      await Promise.all(programs.slice(1).map((hub) => hub.start()));
      const body = { name: 'm1', url: relay.url, token: SERVICE_TOKEN };
      await programs[0]?.client.call('addMachine', { body });
      await world.load.start();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Brings all up, ends the load, waits until all is told, and answers what is not as it must be. */
  async judge(): Promise<{ events: number; failures: string[] }> {
    this.relay.repair();
    await this.load.stop();
    await this.#settled();
    const log = await wholeLog(this.machine.program.client);
    await this.#haveGot(log.length);
    const failures = [...this.load.faults];
    for (const [at, hub] of this.hubs.entries()) {
      failures.push(...judgeLog(`hub ${at + 1}`, log, await wholeLog(hub.client)));
      failures.push(...judgeLog(`follower of hub ${at + 1}`, log, this.followers[at]?.events ?? []));
    }
    const witnessed = this.machine.witnessed();
    failures.push(...judgeOrders(this.load.orders, log), ...judgeSteady(STEADY, witnessed, log));
    failures.push(...judgeLeavings(STEADY, log));
    failures.push(...judgeTexts(this.load.orders, witnessed, await this.#told()));
    const [hub] = this.hubs;
    const { lines, problems } = hub === undefined ? { lines: [], problems: [] } : await wholeAudit(hub.client);
    failures.push(...problems, ...judgeAudit(this.load.orders, lines, log, witnessed));
    return { events: log.length, failures };
  }

  async close(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.close()));
    await Promise.all([this.load.stop(), this.relay.close()]);
    await Promise.all([...this.hubs.map((hub) => hub.kill()), this.machine.close()]);
    await this.postgres?.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** No message is on its way, and no session. */
  async #settled(): Promise<void> {
    await until('the session manager is ready', () => answers(this.machine.program.client, 'ready'));
    await until('all sessions are settled', async () => {
      const { items } = await this.machine.program.client.call('listSessions');
      return items.every(({ stateKind }) => stateKind !== 'transient');
    });
    await until('all messages are sent', async () => (await this.#messages(['QUEUED', 'SENDING'])).size === 0);
  }

  async #haveGot(count: number): Promise<void> {
    const logs: AnyEvent[][] = this.followers.map(({ events }) => events);
    await until('every follower has all events', async () => logs.every((log) => log.length >= count)).catch(() => {
      // What is missing is told by the judge, event for event.
    });
  }

  #told(): Promise<Set<string>> {
    return this.#messages(TOLD);
  }

  /** The accepted messages that are in one of these states, by their ids. */
  async #messages(states: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const { session, message } of this.load.orders) {
      if (message === undefined) continue;
      const params = { session, message };
      const { state } = await this.machine.program.client.call('getMessage', { params });
      if (states.includes(state)) found.add(message);
    }
    return found;
  }
}

/** A hub on a data folder of its own, or on a shared database. */
export async function hubProgram(place: {
  dataDir: string;
  databaseUrl: string | null;
  secret: string;
  leaseSeconds: number;
}): Promise<Program> {
  const port = await freePort();
  const { databaseUrl, secret } = place;
  const shared = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl, HUB_SECRET_FILE: secret };
  const env = {
    ...{ LEADMASTER_DATA_DIR: place.dataDir, LEADMASTER_ADMIN_KEY: ADMIN_KEY, HUB_PORT: String(port) },
    ...{ HUB_RATE_PER_S: '100000', ...shared },
  };
  return new Program('hub', { port, args: [String(place.leaseSeconds)], env });
}

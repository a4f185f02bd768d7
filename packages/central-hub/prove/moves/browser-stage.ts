import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEY } from '../../../session-manager/prove/service/service-process.ts';
import type { Place } from '../../../session-manager/prove/transfer/place.ts';
import { Traffic } from '../../../session-manager/prove/transfer/traffic.ts';
import { type Manager, TwoManagers } from '../../../session-manager/prove/transfer/two-managers.ts';
import type { Program } from '../world/program.ts';
import { Relay } from '../world/relay.ts';
import { until } from '../world/until.ts';
import { hubProgram } from '../world/world.ts';
import { type Movable, type MovesStage, untilReady } from './stage.ts';

const LEASE_S = 2;
const IN_PER_SECOND = 2;
const WATCH_MS = 50;

/**
 * Machines with real browsers before the stand-in of WhatsApp, each in a network of its own where that can be: the hub reaches them
 * by loopback, and they reach each other at their own addresses. Messages come in and go out.
 */
export class BrowserStage implements MovesStage {
  readonly words: string;
  readonly hub: Program;
  readonly machines: readonly [Movable, Movable];
  readonly #managers: TwoManagers;
  readonly #traffic: Traffic;
  readonly #watching = new AbortController();
  readonly #doubles: string[] = [];
  #watch: Promise<void> = Promise.resolve();

  private constructor(place: Place, managers: TwoManagers, hub: Program, machines: readonly [Movable, Movable]) {
    this.words = `with real browsers, ${place.words}`;
    this.#managers = managers;
    this.hub = hub;
    this.machines = machines;
    this.#traffic = new Traffic(managers, IN_PER_SECOND);
  }

  static async open({ seed, place }: { seed: number; place: Place }): Promise<BrowserStage> {
    const managers = await TwoManagers.open({ seed, inNamespaces: place.inNamespaces });
    const dataDir = join(managers.folder, 'hub');
    await mkdir(dataDir, { mode: 0o700 });
    const hub = await hubProgram({ dataDir, databaseUrl: null, secret: '', leaseSeconds: LEASE_S });
    const machines = [await machineOf(managers, managers.a), await machineOf(managers, managers.b)] as const;
    return new BrowserStage(place, managers, hub, machines);
  }

  async start(): Promise<void> {
    await Promise.all([this.#managers.start(), this.hub.start()]);
    for (const [at, { name, line }] of this.machines.entries()) {
      const { url: peerUrl } = at === 0 ? this.#managers.a : this.#managers.b;
      await this.hub.client.call('addMachine', { body: { name, url: line.url, token: KEY, peerUrl } });
    }
    await untilReady(this.hub);
    this.#traffic.start();
    this.#watch = this.#watchForDoubles();
  }

  isNow({ name }: Movable): void {
    this.#traffic.ownedBy(name === 'm1' ? this.#managers.a : this.#managers.b);
  }

  messages(): Record<string, number> {
    const { in: came, out } = this.#traffic.count;
    return { 'messages in': came, 'messages out': out };
  }

  async judge(): Promise<string[]> {
    await this.#traffic.stop();
    const missing = await this.#traffic.judge();
    this.#watching.abort();
    await this.#watch;
    return [...missing, ...this.#doubles, ...this.#managers.clones(), ...(await this.#managers.end())];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching.abort();
    await Promise.all([this.#traffic.stop(), this.#watch, this.hub.kill()]);
    await Promise.all(this.machines.map(({ line }) => line.close()));
    await this.#managers[Symbol.asyncDispose]();
  }

  async #watchForDoubles(): Promise<void> {
    while (!this.#watching.signal.aborted) {
      const browsers = this.#managers.browsers();
      if (new Set(browsers.map(({ label }) => label)).size > 1)
        this.#doubles.push(`browsers on both: ${JSON.stringify(browsers)}`);
      await sleep(WATCH_MS, undefined, { signal: this.#watching.signal }).catch(() => undefined);
    }
  }
}

async function machineOf(managers: TwoManagers, manager: Manager): Promise<Movable> {
  const { service, label } = manager;
  return {
    name: label === 'A' ? 'm1' : 'm2',
    client: service.client,
    line: await Relay.to(Number(new URL(service.url).port)),
    async kill() {
      await service.end('SIGKILL');
    },
    async start() {
      await managers.startOf(manager);
      await until(`${label} has taken up its sessions`, () => service.isReady());
    },
    said: () => service.said,
  };
}

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FakeEngine,
  QUICK_DISK,
  SERVICE_TOKEN,
  startTestManager,
  type TestManager,
  vaultOf,
} from '@leadmaster/testkit';
import { expect, onTestFinished } from 'vitest';
import { type HubWorld, hubOver } from '../../../central-hub/test/hub.ts';

/** The machines behind the hub. */
export type MachineName = 'm1' | 'm2';

/** A hub and two machines with one vault, whose browsers log in by themselves once a session is linked. */
export interface World extends HubWorld {
  /** Of the tenant, with every scope. */
  key: string;
  machine: (name: MachineName) => TestManager;
  /** A session of the tenant that is READY on the first machine. */
  ready: (name: string) => Promise<void>;
  /** A new phone links, as for a session that is made again. */
  linkAgain: (name: string, machine: MachineName) => Promise<void>;
  /** Ends the service of a machine in order, and starts it again after `between`. */
  restart: (name: MachineName, between?: (dataDir: string) => Promise<void> | void) => Promise<void>;
  /** A copy of a profile of the first machine, without its lock. */
  copyOf: (name: string) => Promise<string>;
  /** Every text that any browser of a session was given. */
  sentOf: (name: string) => string[];
  folder: string;
}

/** Clients of earlier services, each with its session. */
export function clientsOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name, at) => [String(at + 1), name]));
}

/** `names`: the sessions that clients of earlier services are mapped to. */
export async function worldOf(names: readonly string[]): Promise<World> {
  // A vault has a key once something is in it.
  const vault = await vaultOf({ primera: 1 });
  const folder = await mkdtemp(join(QUICK_DISK, 'leadmaster-doors-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const phones = new Map<string, string>();
  const engines: FakeEngine[] = [];
  // Each service links numbers of its own: a later one does not know those of the one before.
  const firstPhone = (): number => 5491100000001 + 1000 * engines.length;
  const play = (engine: FakeEngine): void => {
    engines.push(engine);
    const { onRun } = engine;
    engine.onRun = (run) => {
      onRun(run);
      const phone = phones.get(run.session);
      if (phone !== undefined) setImmediate(() => run.login(phone));
    };
  };
  const pairs = [...clientsOf(names)].map(([client, session]) => `${client}:${session}`).join();
  const env = { LEADMASTER_COMPAT: 'open', LEADMASTER_COMPAT_SESSIONS: pairs, BACKOFF_FIRST_MS: '20' };
  const hub = await hubOver([], { compat: 'open', compatSessions: clientsOf(names), ratePerSecond: 1e6 });
  for (const name of ['m1', 'm2'] as const) {
    const manager = await startTestManager({ ...vault, env, play, firstPhone: firstPhone() });
    onTestFinished(() => manager.close());
    hub.managers[name] = manager;
    const body = { name, url: `http://127.0.0.1:${manager.port}`, token: SERVICE_TOKEN };
    expect((await hub.ask('/v1/machines', { body })).status).toBe(201);
  }
  const machine = (name: MachineName): TestManager => hub.managers[name] as TestManager;
  const key = await hub.tenant('acme');
  return {
    ...{ ...hub, key, machine, folder },
    async ready(name) {
      await machine('m1').given(name, 'READY');
      phones.set(name, machine('m1').stage.accountOf(name).phone);
      await hub.until(name, 'READY');
    },
    async linkAgain(name, at) {
      phones.delete(name);
      const { stage } = machine(at);
      await stage.given(name, 'QR_REQUIRED');
      await stage.scan(name);
      await stage.until(name, 'READY');
    },
    async restart(name, between) {
      const before = machine(name);
      await before.stop();
      await between?.(before.dataDir);
      const { dataDir, port } = before;
      const manager = await startTestManager({
        ...{ blobs: vault.blobs, env, play, dataDir, port },
        firstPhone: firstPhone(),
      });
      onTestFinished(() => manager.close());
      hub.managers[name] = manager;
      await expect.poll(() => hub.links.isUp(name), { timeout: 10_000 }).toBe(true);
    },
    async copyOf(name) {
      const path = join(folder, `${name} of m1`);
      await cp(join(machine('m1').dataDir, 'tokens', name), path, { recursive: true });
      return path;
    },
    sentOf: (name) =>
      engines.flatMap(({ runs }) =>
        runs.filter(({ session }) => session === name).flatMap(({ sent }) => sent.map(({ text }) => text)),
      ),
  };
}

import type { Scope } from '@leadmaster/protocol';
import { SERVICE_TOKEN, startTestManager, type TestManager, type TestManagerOptions } from '@leadmaster/testkit';
import { expect, onTestFinished } from 'vitest';
import { type HubOptions, type RunningHub, startHub } from './start-hub.ts';
import { tampered as tamperedAt } from './store/fixtures.ts';

export { type Answer, type Ask, send } from './start-hub.ts';

export interface TestHub extends RunningHub {
  /** Makes a tenant, and a key of it. */
  tenant: (name: string, scopes?: readonly Scope[], more?: object) => Promise<string>;
  /** Waits until the hub's own copy of a session is so. */
  until: (name: string, state: string) => Promise<void>;
}

export interface HubWorld extends TestHub {
  managers: Record<string, TestManager>;
}

const ALL: readonly Scope[] = ['read', 'send', 'control', 'storage', 'admin'];

/** A hub over real session managers, each on a port of its own, until the end of the test. */
export async function hubOver(
  names: readonly string[],
  options: HubOptions = {},
  managed: TestManagerOptions = {},
): Promise<HubWorld> {
  const managers: Record<string, TestManager> = {};
  for (const [at, name] of names.entries()) {
    const manager = await startTestManager({ firstPhone: 100 * (at + 1), ...managed });
    onTestFinished(() => manager.close());
    managers[name] = manager;
  }
  const hub = withHelp(await startHub(options));
  onTestFinished(() => hub.close());
  for (const [name, { port }] of Object.entries(managers)) {
    const body = { name, url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN };
    const added = await hub.ask('/v1/machines', { body });
    expect([added.status, added.text]).toEqual([201, added.text]);
  }
  return { ...hub, managers };
}

function withHelp(hub: RunningHub): TestHub {
  const { store, ask } = hub;
  return {
    ...hub,
    async tenant(name, scopes = ALL, more = {}) {
      if ((await store.tenants.get(name)) === null) await ask('/v1/tenants', { body: { name } });
      const made = await ask('/v1/keys', { body: { name: 'test', tenant: name, scopes, ...more } });
      expect(made.status, made.text).toBe(201);
      return made.json.key;
    },
    async until(name, state) {
      await expect.poll(async () => (await store.sessions.get(name))?.session.state, { timeout: 10_000 }).toBe(state);
    },
  };
}

/** Writes into the database of a hub as one who has no secret of it. */
export function tampered({ dataDir }: Pick<HubWorld, 'dataDir'>, sql: string): Promise<unknown> {
  return tamperedAt({ url: null, dataDir }, sql);
}

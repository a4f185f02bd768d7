import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, AccountLimits, AnyEvent } from '@leadmaster/protocol';
import { FakeEngine, type FakeRun, faultyStateStore } from '@leadmaster/testkit';
import { pino } from 'pino';
import { onTestFinished, vi } from 'vitest';
import { Outbox } from '../../src/lifecycle/outbox.ts';
import type { Standing } from '../../src/lifecycle/standing.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';

export const NAME = 'ventas';
export const TO = '5491100000002';
export const never = new AbortController().signal;

const ACCOUNT: Account = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ventas' };

export const LOCKED: AccountLimits['newChats'] = {
  state: 'locked',
  until: '2099-01-01T00:00:00.000Z',
  used: null,
  total: null,
};

/** An outbox over a real database, with a session whose run is played. */
export async function openOutbox() {
  const dir = await mkdtemp(join(tmpdir(), 'leadmaster-outbox-'));
  const { store, faults } = faultyStateStore(createStateStore({ file: join(dir, 'state.db') }));
  store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
  const engine = new FakeEngine();
  const now: { run: FakeRun | null; generation: number; account: Account; limits: AccountLimits | null } = {
    ...{ run: null, generation: 1, account: ACCOUNT, limits: null },
  };
  onTestFinished(async () => {
    store.close();
    await rm(dir, { recursive: true, force: true });
  });
  const opened = {
    ...{ store, faults, now, dir },
    outbox: outboxOver(store, now),
    /** Another run of the session. */
    async launch(): Promise<FakeRun> {
      const quiet = { visible: false, webVersion: null, onEvent: () => undefined, onLaunched: () => undefined };
      await engine.start({ session: NAME, profileDir: dir, signal: never, ...quiet });
      now.run = engine.run;
      return engine.run;
    },
    /** The service died and is back: nothing is known but what is on disk. */
    crash(): void {
      opened.outbox = outboxOver(store, now);
      opened.outbox.settleInterrupted();
    },
    /** Sends, and waits until the message's id is on disk. */
    async handOver(text = 'hola', key: string | null = null): Promise<string> {
      const { id } = await opened.outbox.accept(NAME, { to: TO, text }, key);
      await vi.waitFor(() => {
        if (store.messages.get(NAME, id)?.whatsappId == null) throw new Error('not yet');
      });
      return id;
    },
    row: (id: string) => store.messages.get(NAME, id),
    waId: (id: string) => store.messages.get(NAME, id)?.whatsappId ?? '',
    told: () => store.events.after(0, 1_000).map((event: AnyEvent) => `${event.type} ${event.data.state}`),
  };
  await opened.launch();
  return opened;
}

function outboxOver(store: StateStore, now: Standing): Outbox {
  return new Outbox({ store, log: pino({ level: 'silent' }), standing: () => now });
}

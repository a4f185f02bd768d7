import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeEngine, type FakeRun } from '@leadmaster/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../src/lifecycle/outbox.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';

const NAME = 'ventas';
const TO = '5491100000002';
const MINUTE = 60_000;

describe('the outbox', () => {
  let dir: string;
  let store: StateStore;
  let outbox: Outbox;
  let run: FakeRun;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leadmaster-outbox-'));
    store = createStateStore({ file: join(dir, 'state.db') });
    store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
    outbox = new Outbox(store, pino({ level: 'silent' }));
    const engine = new FakeEngine();
    const quiet = { visible: false, webVersion: null, onEvent: () => undefined, onLaunched: () => undefined };
    await engine.start({ session: NAME, profileDir: dir, signal: new AbortController().signal, ...quiet });
    run = engine.run;
  });

  afterEach(async () => {
    store.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Sends, and waits until the page has it. */
  async function handOver(text = 'hola', key: string | null = null): Promise<string> {
    const { id } = outbox.accept(NAME, { to: TO, text }, key, () => run);
    await vi.waitFor(() => expect(store.messages.get(NAME, id)?.whatsappId).not.toBeNull());
    return id;
  }

  const state = (id: string) => store.messages.get(NAME, id)?.state;
  const told = () => store.events.after(0, 100).map((event) => `${event.type} ${event.data.state}`);
  const never = new AbortController().signal;

  it('says SENT only after the acknowledgement of the server', async () => {
    const id = await handOver();
    expect(state(id)).toBe('SENDING');
    outbox.acknowledge(NAME, [store.messages.get(NAME, id)?.whatsappId ?? ''], 1);
    expect(state(id)).toBe('SENT');
    expect(told()).toEqual(['message.sent SENT']);
  });

  it('keeps an acknowledgement that comes before the id', async () => {
    outbox.acknowledge(NAME, [`true_${TO}_1`], 2);
    const id = await handOver();
    await vi.waitFor(() => expect(state(id)).toBe('DELIVERED'));
  });

  it('asks the page for acknowledgements that nobody heard', async () => {
    const heard = await handOver('one');
    const unheard = await handOver('two');
    run.acks.set(store.messages.get(NAME, heard)?.whatsappId ?? '', 3);
    await outbox.reconcile(NAME, run, never);
    expect([state(heard), state(unheard)]).toEqual(['READ', 'SENDING']);
  });

  it('doubts what was not acknowledged in time, and believes a later word', async () => {
    const id = await handOver();
    outbox.doubtOverdue(Date.now() + MINUTE);
    expect(state(id)).toBe('SENDING');
    outbox.doubtOverdue(Date.now() + 3 * MINUTE);
    expect(store.messages.get(NAME, id)).toMatchObject({
      state: 'UNCERTAIN',
      error: expect.stringContaining('may still arrive'),
    });
    outbox.doubtOverdue(Date.now() + 6 * MINUTE);
    run.acks.set(store.messages.get(NAME, id)?.whatsappId ?? '', 1);
    await outbox.reconcile(NAME, run, never);
    expect(store.messages.get(NAME, id)).toMatchObject({ state: 'SENT', error: null });
    expect(told()).toEqual(['message.failed UNCERTAIN', 'message.sent SENT']);
  });

  it('leaves nothing SENDING when the account is unlinked', async () => {
    const id = await handOver();
    outbox.abandon(NAME);
    expect(state(id)).toBe('UNCERTAIN');
  });

  it('answers a repeated key with the message it made, and refuses it for another', async () => {
    const id = await handOver('hola', 'k1');
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, 'k1')?.id).toBe(id);
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, 'k2')).toBeNull();
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, null)).toBeNull();
    expect(() => outbox.repeated(NAME, { to: TO, text: 'adios' }, 'k1')).toThrow(/another message/);
  });

  it('fails what a session that left READY could not hand over', async () => {
    const { id } = outbox.accept(NAME, { to: TO, text: 'late' }, null, () => null);
    await vi.waitFor(() => expect(state(id)).toBe('FAILED'));
    expect(run.sent).toEqual([]);
  });
});

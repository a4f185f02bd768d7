import { setTimeout } from 'node:timers/promises';
import { type AnyEvent, localTime } from '@leadmaster/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bootLinked, endSessions, NAME, type Opened } from './linked-session.ts';

const DNS = { by: 'dns', detail: 'ERR_NAME_NOT_RESOLVED' } as const;

let dataDir: string;
let opened: Opened;

beforeEach(async () => {
  ({ dataDir, opened } = await bootLinked());
});

afterEach(() => endSessions(opened, dataDir));

const session = () => opened.sessions.get(NAME);

function fail(): void {
  const { run } = opened.engine;
  run.tell({ type: 'unreachable', found: DNS });
  run.tell({
    type: 'lost',
    reason: 'page_unreachable',
    detail: 'net::ERR_NAME_NOT_RESOLVED at https://web.whatsapp.com',
  });
}

test('says what stands in the way and when it continues, as it waits and as it tries', async () => {
  opened.engine.onStart = () => setTimeout(400);
  fail();
  await vi.waitFor(async () => expect(await session()).toMatchObject({ state: 'RECONNECTING', attempts: 2 }));
  const trying = await session();
  expect(trying.unreachable).toMatchObject(DNS);
  expect(trying.hint).toBe(
    'WhatsApp Web cannot be reached (DNS: ERR_NAME_NOT_RESOLVED). Try 2 is under way. Look at the network and the DNS servers of this machine.',
  );
  const waiting: AnyEvent | undefined = opened.store.events
    .after(0, 100, NAME)
    .find(({ data }: AnyEvent) => data.reason === 'page_unreachable');
  expect(waiting?.data.hint).toContain('WhatsApp Web cannot be reached (DNS: ERR_NAME_NOT_RESOLVED)');
});

test('says when the next try is, on the clock of the machine', async () => {
  opened.engine.onStart = () => setTimeout(400);
  fail();
  await vi.waitFor(async () => expect((await session()).nextAttemptAt).not.toBeNull(), { interval: 1 });
  const { hint, nextAttemptAt } = await session();
  expect(hint).toContain(`It is tried again by itself, next at ${localTime(nextAttemptAt ?? '')}. Look`);
});

test('is over with the next try that gets through', async () => {
  fail();
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2));
  opened.engine.run.login();
  await vi.waitFor(async () => expect(await session()).toMatchObject({ state: 'READY', unreachable: null, hint: '' }));
});

test('is no word about a browser that died since', async () => {
  fail();
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2));
  opened.engine.run.tell({ type: 'lost', reason: 'browser_died', detail: 'the browser process ended' });
  await vi.waitFor(() => expect(opened.engine.runs.length).toBeGreaterThan(2));
  expect((await session()).unreachable).toBeNull();
});

test('of a connection that broke says that the page continues by itself', async () => {
  opened.engine.run.login();
  await vi.waitFor(async () => expect((await session()).state).toBe('READY'));
  opened.engine.run.tell({ type: 'socket_down', state: 'OPENING' });
  opened.engine.run.tell({ type: 'unreachable', found: { by: 'route', detail: 'ERR_INTERNET_DISCONNECTED' } });
  await vi.waitFor(async () =>
    expect((await session()).hint).toBe(
      'WhatsApp Web cannot be reached (no route: ERR_INTERNET_DISCONNECTED). It is tried again by itself. Look at the network and the firewall of this machine, or set a proxy in CHROME_ARGS.',
    ),
  );
  opened.engine.run.tell({ type: 'socket_up' });
  await vi.waitFor(async () => expect(await session()).toMatchObject({ state: 'READY', unreachable: null }));
});

import type { AnyEvent } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readLeaving } from '../../src/engine/wwebjs/leaving.ts';
import type { PageSnapshot } from '../../src/engine/wwebjs/page/snapshot.ts';
import { FINAL_STATES, verdictOf } from '../../src/engine/wwebjs/page-verdicts.ts';
import { bootLinked, endSessions, NAME, type Opened, openSessions } from './linked-session.ts';

const SEEN = { unsupported: false, storageFull: false, tos: null, state: null } as unknown as PageSnapshot;

describe('a page that waits for what no retry brings', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    ({ dataDir, opened } = await bootLinked());
  });

  afterEach(() => endSessions(opened, dataDir));

  test.each([
    ['proxy_blocked', 'proxy'],
    ['screen_locked', 'unlock it'],
    ['unsupported_browser', 'CHROME_PATH'],
    ['terms_required', 'accepts them on the phone'],
  ] as const)('is an ERROR with what to do about %s', async (reason, word) => {
    opened.engine.run.tell({ type: 'blocked', reason, detail: 'the page says so' });
    await vi.waitFor(async () => expect(await opened.sessions.get(NAME)).toMatchObject({ state: 'ERROR', reason }));
    const { hint } = await opened.sessions.get(NAME);
    expect(hint).toContain(word);
    expect(hint.startsWith('the page says so. ')).toBe(true);
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
  });

  test.each([
    [
      'account_locked',
      readLeaving(new URL('https://web.whatsapp.com/?logout_reason=3')),
      /lock\w* (the|an?) account/gi,
    ],
    ['proxy_blocked', FINAL_STATES.PROXYBLOCK, /refuses/gi],
    ['screen_locked', FINAL_STATES.SCREEN_LOCKED, /is locked/gi],
    ['unsupported_browser', verdictOf({ ...SEEN, unsupported: true }), /this browser/gi],
    ['terms_required', verdictOf({ ...SEEN, tos: 1 }), /terms/gi],
  ] as const)('says each thing once: %s', async (reason, event, thing) => {
    if (event == null) throw new Error('the page says nothing');
    opened.engine.run.tell(event);
    await vi.waitFor(async () => expect(await opened.sessions.get(NAME)).toMatchObject({ reason }));
    expect((await opened.sessions.get(NAME)).hint.match(thing)?.length).toBe(1);
  });

  test('names the disk when the page has no room left', async () => {
    opened.engine.run.tell({ type: 'lost', reason: 'storage_full', detail: 'quota' });
    await vi.waitFor(() =>
      expect(opened.store.transitions.list(NAME, 10)).toContainEqual(
        expect.objectContaining({ to: 'DISCONNECTED_RECOVERABLE', reason: 'storage_full' }),
      ),
    );
    const event: AnyEvent | undefined = opened.store.events
      .after(0, 100, NAME)
      .find(({ data }: AnyEvent) => data.reason === 'storage_full');
    expect(event?.data.hint).toContain('./leadmaster storage');
  });

  test('says why, where the terms were refused and the account unlinked', async () => {
    opened.engine.run.tell({ type: 'unlinked', reason: 'terms_refused' });
    await vi.waitFor(() =>
      expect(opened.store.transitions.list(NAME, 10)).toContainEqual(
        expect.objectContaining({ to: 'DISCONNECTED_LOGOUT', reason: 'terms_refused' }),
      ),
    );
  });
});

describe('what WhatsApp tells of an account', () => {
  let dataDir: string;
  let opened: Opened;
  const LOCKED = { state: 'locked', until: '2027-01-01T00:00:00.000Z', used: null, total: null } as const;

  beforeEach(async () => {
    ({ dataDir, opened } = await bootLinked());
    opened.engine.run.login();
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).state).toBe('READY'));
  });

  afterEach(() => endSessions(opened, dataDir));

  const eventsOf = (type: string): AnyEvent[] =>
    opened.store.events.after(0, 100, NAME).filter((event) => event.type === type);

  test('is in the session and told once per change, and outlives a restart of the service', async () => {
    opened.engine.run.tell({ type: 'limits', limits: LOCKED });
    opened.engine.run.tell({ type: 'limits', limits: { ...LOCKED } });
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).limits?.newChats).toEqual(LOCKED));
    const { limits } = await opened.sessions.get(NAME);
    await opened.sessions.close();
    expect(eventsOf('session.limits')).toHaveLength(1);
    opened.store.close();
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    expect((await opened.sessions.get(NAME)).limits).toEqual(limits);
  });

  test('is forgotten when the account is unlinked', async () => {
    opened.engine.run.tell({ type: 'limits', limits: LOCKED });
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2));
    expect((await opened.sessions.get(NAME)).limits).toBeNull();
  });

  test('needs a person while WhatsApp wants to see one, and the session stays READY', async () => {
    opened.engine.run.tell({ type: 'attention', reason: 'integrity_challenge' });
    await vi.waitFor(async () =>
      expect(await opened.sessions.get(NAME)).toMatchObject({
        state: 'READY',
        attention: 'integrity_challenge',
        hint: expect.stringContaining('WhatsApp wants to see that a person'),
      }),
    );
    expect((await opened.sessions.check(NAME)).checks).toContainEqual(
      expect.objectContaining({ name: 'needs you', ok: false }),
    );
    opened.engine.run.tell({ type: 'attention', reason: null });
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).hint).toBe(''));
    expect(eventsOf('session.attention').map(({ data }) => data.reason)).toEqual(['integrity_challenge', null]);
  });

  test('does not end the session when it cannot be written down', async () => {
    opened.faults.fails = (call) => call === 'pages.set';
    opened.engine.run.tell({ type: 'limits', limits: LOCKED });
    await vi.waitFor(() => expect(opened.faults.calls).toContain('pages.set'));
    opened.faults.fails = () => false;
    expect(await opened.sessions.get(NAME)).toMatchObject({ state: 'READY', limits: null });
  });

  test('refuses a text before the outbox takes it where the page cannot journal its id', async () => {
    opened.engine.run.page = { ...opened.engine.run.page, canJournal: false };
    // The page reloads itself.
    opened.engine.run.login();
    await vi.waitFor(async () => expect((await opened.sessions.capabilities(NAME)).features.text).toBe('broken'));
    await expect(opened.sessions.send(NAME, { to: '5491100000002', text: 'hola' }, null)).rejects.toMatchObject({
      code: 'feature_unavailable',
    });
    expect(await opened.sessions.messages(NAME, 10)).toEqual([]);
  });
});

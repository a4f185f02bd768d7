import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordedPageOf } from '../../src/engine/recorded-page.ts';
import { recordingOf } from '../../src/lifecycle/recording.ts';
import { openSessions } from '../lifecycle/linked-session.ts';

const facts = {
  page: recordedPageOf({}),
  features: {},
  runtime: { browser: 'headless-shell', browserVersion: '156.0.7777.5' },
  state: 'READY' as const,
  transitions: [],
  now: new Date('2026-09-20T23:59:59Z'),
};

describe('the path of a recording', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 8, 20, 12, 0, second)).toISOString();

  test('begins where this run began to start, and tells times since then', () => {
    const transitions = [
      { from: 'RECONNECTING', to: 'READY', reason: 'login_accepted', at: at(9) },
      { from: 'STOPPED', to: 'RECONNECTING', reason: 'requested', at: at(5) },
      { from: 'READY', to: 'STOPPED', reason: 'requested', at: at(1) },
    ] as const;
    expect(recordingOf({ ...facts, transitions }).session.path).toEqual([
      { state: 'RECONNECTING', reason: 'requested', afterMs: 0 },
      { state: 'READY', reason: 'login_accepted', afterMs: 4_000 },
    ]);
  });

  test('takes no reason that is not on the list, and no time that a clock set back would make', () => {
    const transitions = [
      { from: 'INITIALIZING', to: 'ERROR', reason: 'call 5491100000001', at: at(2) },
      { from: 'STOPPED', to: 'INITIALIZING', reason: 'requested', at: at(8) },
    ] as const;
    expect(recordingOf({ ...facts, transitions }).session.path[1]).toEqual({
      state: 'ERROR',
      reason: 'other',
      afterMs: 0,
    });
  });

  test('is empty where the start is no longer known', () => {
    const transitions = [
      { from: 'DISCONNECTED_RECOVERABLE', to: 'READY', reason: 'connection_back', at: at(2) },
    ] as const;
    expect(recordingOf({ ...facts, transitions }).session.path).toEqual([]);
  });
});

describe('the page of a recording', () => {
  test('is rounded: counts to powers of ten, modules to hundreds', () => {
    const { counts, modulesLoaded } = recordedPageOf({
      chats: 84,
      messages: 12_345,
      servers: { lid: 80, 'c.us': 4, 's.whatsapp.net': 3 },
      modulesLoaded: 13_327,
    });
    expect(modulesLoaded).toBe(13_300);
    expect(counts).toEqual({ chats: 10, messages: 10_000, chatsByServer: { lid: 10, 'c.us': 1, other: 1 } });
  });

  test('takes the number of a build, and nothing else that stands in its place', () => {
    const debug = (text: unknown) => recordedPageOf({ debug: text }).builds.debug;
    expect(debug('2.3000.1047935283')).toBe(1_047_935_283);
    expect(debug('2.3000.1047935283.i')).toBe(1_047_935_283);
    for (const text of ['2.3000.5491100000001', '2.3000.5491100000', '3.0.0.d', 1_047_935_283, null, {}]) {
      expect(debug(text)).toBeNull();
    }
  });

  test.each([
    [['_serialized'], '_serialized'],
    [['$1'], '$1'],
    [['$5491'], 'other'],
    [['secret'], 'other'],
    [['fromMe', 'remote', 'id'], null],
    [[], null],
  ])('names where a key keeps its text, by what toString reads: %j', (keyReads, textField) => {
    expect(recordedPageOf({ keyReads, keyFields: null }).messageKey).toEqual({ textField, ownFields: null });
  });

  test('knows a word of the page by its list, and says "other" of any other', () => {
    const socketOf = (socket: unknown) => recordedPageOf({ socket }).socket;
    expect([socketOf('PROXYBLOCK'), socketOf('5491100000001'), socketOf(7)]).toEqual(['PROXYBLOCK', 'other', null]);
  });

  test('counts databases that are not on the list, without their names', () => {
    const databases = [
      ['model-storage', 2_020],
      ['5491100000001', 10],
    ];
    expect(recordedPageOf({ databases })).toMatchObject({ databases: { 'model-storage': 2_020 }, otherDatabases: 1 });
  });
});

describe('a session', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-recording-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  async function running() {
    const opened = await openSessions(dataDir);
    await opened.sessions.create({ name: 'ventas', start: true, metadata: {} });
    await expect.poll(() => opened.engine.runs.length).toBe(1);
    const record = () => opened.sessions.recording('ventas', AbortSignal.timeout(5_000));
    await expect.poll(() => record().then(() => 'recorded', String)).toBe('recorded');
    const close = async () => {
      await opened.sessions.close();
      opened.store.close();
    };
    return { ...opened, record, [Symbol.asyncDispose]: close };
  }

  test('says by feature what the probe found, and calls nothing broken while modules still come', async () => {
    await using session = await running();
    const check = { name: 'Socket', detail: '', isNeeded: true } as const;
    session.engine.run.page.checks = [
      { ...check, feature: 'link', result: 'ok' },
      { ...check, feature: 'ids', result: 'missing' },
      { ...check, feature: 'media', result: 'missing', isNeeded: false },
      { ...check, feature: 'text', result: 'wrong' },
    ];
    const verdicts = { link: 'ok', ids: 'broken', media: 'ok', text: 'unknown' };
    expect((await session.record()).features).toEqual(verdicts);
    session.engine.run.page.isQuiet = false;
    expect((await session.record()).features).toEqual({ ...verdicts, ids: 'unknown' });
  });

  test('is recorded without features where the probe fails', async () => {
    await using session = await running();
    session.engine.run.probe = () => Promise.reject(new Error('the page is busy'));
    const { features, page } = await session.record();
    expect([features, page.hasLoader]).toEqual([{}, true]);
  });

  test('whose page does not answer says so, and that another try may help', async () => {
    await using session = await running();
    session.engine.run.record = () => Promise.reject(new Error('Execution context was destroyed'));
    await expect(session.record()).rejects.toMatchObject({
      code: 'engine_failed',
      message: 'The page of ventas did not answer: Execution context was destroyed',
    });
  });

  test('whose caller has gone does not wait for the page', async () => {
    await using session = await running();
    const gone = AbortSignal.abort(new Error('the caller has gone'));
    await expect(session.sessions.recording('ventas', gone)).rejects.toThrow('the caller has gone');
  });
});

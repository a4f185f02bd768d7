import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/engine.ts';
import type { PageSnapshot } from '../../../src/engine/wwebjs/page/snapshot.ts';
import { PageMonitor } from '../../../src/engine/wwebjs/page-monitor.ts';

const SETTINGS = {
  startingMs: 1,
  probeMs: 1,
  lookDeadlineMs: 1_000,
  forgottenAfterMs: 1_000,
  settle: { newDocumentMs: 20, sameDocumentMs: 40 },
  linking: { qrRounds: 3, linkingMs: 5 },
  connection: { downGraceMs: 0, reloadStepMs: 1_000, reloadCapMs: 2_000 },
};

const NOTHING: PageSnapshot = {
  ...{ version: null, state: null, synced: false, injected: false, hooked: false },
  ...{ tos: null, wantsPasskey: false, storageFull: false, whatsNew: false, unsupported: false },
};

/** What a monitor tells of a page that is always like this, up to the `nth` word. */
function wordsOf(look: Partial<PageSnapshot>, begin: (monitor: PageMonitor) => void, nth = 1): Promise<EngineEvent[]> {
  const { promise, resolve } = Promise.withResolvers<EngineEvent[]>();
  const told: EngineEvent[] = [];
  const page = { evaluate: async () => ({ ...NOTHING, ...look }) } as unknown as Page;
  const monitor = new PageMonitor(page, {
    emit(event) {
      if (told.push(event) < nth) return;
      monitor.stop();
      resolve(told);
    },
    settings: SETTINGS,
    whatsappNow: () => new Date(),
    isInjecting: () => false,
  });
  begin(monitor);
  void monitor.watch();
  return promise;
}

test('tells of a page that cannot continue, also when its QR came and went between two looks', async () => {
  const words = await wordsOf({ state: 'OPENING' }, (monitor) => monitor.qr('a QR'), 2);
  expect(words).toMatchObject([
    { type: 'qr', attempt: 1 },
    { type: 'lost', reason: 'page_failed' },
  ]);
});

test('takes a page that shows a QR after its login for unlinked once it has settled, and tells no QR', async () => {
  const [word] = await wordsOf({ state: 'UNPAIRED' }, (monitor) => {
    monitor.ready();
    monitor.qr('a QR');
  });
  expect(word).toEqual({ type: 'unlinked', reason: 'UNPAIRED' });
});

test('says that the terms were refused when that is why the page logged out', async () => {
  const [word] = await wordsOf({ state: 'OPENING' }, (monitor) => {
    monitor.ready();
    monitor.signal('tos', 3);
    monitor.navigated(new URL('https://web.whatsapp.com/'), true);
  });
  expect(word).toEqual({ type: 'unlinked', reason: 'terms_refused' });
});

test('remembers that the terms were refused in the document that follows, which knows of no terms', async () => {
  const [word] = await wordsOf({ state: 'UNPAIRED', tos: 0 }, (monitor) => {
    monitor.ready();
    monitor.signal('tos', 3);
  });
  expect(word).toEqual({ type: 'unlinked', reason: 'terms_refused' });
});

test.each([
  [{ unsupported: true }, { type: 'blocked', reason: 'unsupported_browser' }],
  [{ state: 'PROXYBLOCK' }, { type: 'blocked', reason: 'proxy_blocked' }],
  [{ state: 'SCREEN_LOCKED' }, { type: 'blocked', reason: 'screen_locked' }],
  [
    { state: 'CONNECTED', tos: 1 },
    { type: 'blocked', reason: 'terms_required' },
  ],
  [
    { state: 'OPENING', storageFull: true },
    { type: 'lost', reason: 'storage_full' },
  ],
  [{ state: 'CONFLICT' }, { type: 'conflict' }],
  [{ state: 'SMB_TOS_BLOCK' }, { type: 'banned' }],
  [{ state: 'DEPRECATED_VERSION' }, { type: 'deprecated' }],
] as [Partial<PageSnapshot>, object][])('tells of a page with %j as what it is', async (look, word) => {
  expect(await wordsOf(look, () => undefined)).toMatchObject([word]);
});

test('takes a page for failed whose databases were closed, once two looks have seen it', async () => {
  const answers: unknown[] = ['databases_gone', null, 'databases_gone', 'databases_gone'];
  const asked: unknown[] = [];
  const words = await new Promise<EngineEvent>((resolve) => {
    const page = {
      evaluate: async ({ name }: { name: string }) => {
        if (name === 'takeSnapshot') return { ...NOTHING, state: 'CONNECTED', synced: true, injected: true };
        asked.push(answers[asked.length]);
        return asked.at(-1);
      },
    } as unknown as Page;
    const monitor = new PageMonitor(page, {
      emit(event) {
        if (event.type !== 'lost') return;
        monitor.stop();
        resolve(event);
      },
      settings: SETTINGS,
      whatsappNow: () => new Date(),
      isInjecting: () => false,
    });
    monitor.ready();
    void monitor.watch();
  });
  expect(words).toMatchObject({ type: 'lost', reason: 'page_failed' });
  expect(asked).toEqual(answers);
});

import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/engine.ts';
import { AccountWatch } from '../../../src/engine/wwebjs/account-watch.ts';
import { ConnectionWatch } from '../../../src/engine/wwebjs/connection-watch.ts';
import { LinkingWatch } from '../../../src/engine/wwebjs/linking-watch.ts';
import { LoginWatch } from '../../../src/engine/wwebjs/login-watch.ts';
import type { PageSnapshot } from '../../../src/engine/wwebjs/page/snapshot.ts';
import { RunVoice } from '../../../src/engine/wwebjs/run-voice.ts';

const HOME = new URL('https://web.whatsapp.com/');

const look = (given: Partial<PageSnapshot>): PageSnapshot => ({
  ...{ version: null, state: null, synced: false, injected: false, hooked: false },
  ...{ tos: null, wantsPasskey: false, storageFull: false, whatsNew: false, unsupported: false },
  ...given,
});

const UP = look({ state: 'CONNECTED', synced: true, injected: true });
const OPENING = look({ state: 'OPENING' });

function listen() {
  const told: EngineEvent[] = [];
  return { told, emit: (event: EngineEvent) => void told.push(event), kinds: () => told.map(({ type }) => type) };
}

describe('a page that was READY and reloads itself', () => {
  const SETTINGS = { downGraceMs: 3_000, reloadStepMs: 60_000, reloadCapMs: 180_000 };

  function ready() {
    const ear = listen();
    const watch = new ConnectionWatch(SETTINGS, ear.emit);
    watch.judge(UP, 0);
    watch.ready();
    ear.told.length = 0;
    return { watch, ...ear };
  }

  test('tells each step of its way back as life, and calls no connection lost meanwhile', () => {
    const { watch, kinds } = ready();
    watch.navigated(0);
    watch.judge(look({}), 1_000);
    watch.judge(OPENING, 30_000);
    watch.judge(OPENING, 50_000);
    watch.judge(look({ state: 'CONNECTED' }), 80_000);
    watch.judge(UP, 100_000);
    watch.judge(UP, 110_000);
    expect(kinds()).toEqual(['alive', 'alive', 'alive', 'alive']);
    watch.ready();
    watch.judge(UP, 120_000);
    expect(kinds()).toHaveLength(5);
  });

  test('is down when it has made no step for a minute', () => {
    const { watch, told } = ready();
    watch.navigated(0);
    watch.judge(OPENING, 1_000);
    watch.judge(OPENING, 62_000);
    watch.judge(OPENING, 66_000);
    expect(told.at(-1)).toEqual({ type: 'socket_down', state: 'OPENING' });
  });

  test('gets three minutes in all, however often it starts over', () => {
    const { watch, kinds } = ready();
    for (let now = 0; now < 400_000; now += 20_000) watch.navigated(now);
    expect(kinds()).toHaveLength(9);
  });
});

describe('a page that is to be linked', () => {
  const open = () => {
    const ear = listen();
    return { watch: new LinkingWatch({ qrRounds: 2, linkingMs: 1_000 }, ear.emit, async () => undefined), ...ear };
  };

  test('has an allowance of QRs also when it reloads itself before it runs out of them', () => {
    const { watch, kinds } = open();
    for (let nth = 0; nth < 13; nth++) {
      watch.navigated();
      watch.offered(`QR ${nth}`);
    }
    expect(kinds()).toEqual([...Array(12).fill('qr'), 'qr_exhausted']);
  });

  test('tells a passkey once although the page says it in more than one way, and is not called stuck meanwhile', async () => {
    const { watch, kinds } = open();
    watch.offered('a QR');
    watch.passkeyAsked();
    watch.passkeyAsked();
    for (const now of [0, 2_000]) await watch.judge(look({ state: 'PAIRING', wantsPasskey: true }), false, now);
    expect(kinds()).toEqual(['qr', 'passkey']);
  });
});

describe('a page that was logged in', () => {
  const SETTLE = { newDocumentMs: 2_000, sameDocumentMs: 10_000 };
  const UNPAIRED = look({ state: 'UNPAIRED' });

  function loggedIn(): LoginWatch {
    const watch = new LoginWatch(SETTLE);
    watch.judge(UP, 0);
    return watch;
  }

  test('is not unlinked by a glimpse of a page without a login', () => {
    const watch = loggedIn();
    expect(watch.navigated(HOME, false)).toBeNull();
    expect(watch.judge(UNPAIRED, 1_000)).toBeNull();
    expect(watch.isInDoubt).toBe(true);
    expect(watch.judge(OPENING, 2_000)).toBeNull();
    expect(watch.judge(UNPAIRED, 4_000)).toBeNull();
    expect(watch.judge(UP, 5_000)).toBeNull();
    expect(watch.isInDoubt).toBe(false);
  });

  test('is unlinked when it has settled, later in the document that may still say why', () => {
    const watch = loggedIn();
    expect(watch.judge(UNPAIRED, 1_000)).toBeNull();
    expect(watch.judge(UNPAIRED, 9_000)).toBeNull();
    expect(watch.judge(UNPAIRED, 11_000)).toEqual({ type: 'unlinked', reason: 'UNPAIRED' });
  });

  test('is erased, not unlinked, when its address says so, although it was heard to log out', () => {
    const erased = loggedIn().navigated(new URL('/?logout_reason=1', HOME), true);
    expect(erased).toMatchObject({ type: 'erased', reason: 'page_erased_login' });
  });

  test('tells nothing more once its login is over, but that its browser died', () => {
    const { told, emit, kinds } = listen();
    const voice = new RunVoice(emit);
    voice.tell({ type: 'erased', reason: 'page_erased_login', detail: 'sync' });
    voice.tell({ type: 'unlinked', reason: 'LOGOUT' });
    voice.tell({ type: 'qr', qr: 'a QR', expiresAt: new Date(), attempt: 1 });
    voice.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    expect(kinds()).toEqual(['erased', 'lost']);
    voice.hush()();
    voice.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    expect(told).toHaveLength(3);
  });
});

describe('an account', () => {
  test('has its limits told when they change and once at each READY, and its challenge until it is over', () => {
    const { told, emit } = listen();
    const watch = new AccountWatch(emit, () => new Date(0));
    const free = { timelock: null, capping: null, integrity: null };
    const locked = { ...free, timelock: { time_enforcement_ends: 200_000_000_000 } };
    watch.judge(free);
    watch.judge({ ...locked, integrity: { challenge_type: 'PASSKEY' } });
    watch.judge({ ...locked, integrity: { challenge_type: null } });
    watch.judge(locked);
    watch.ready();
    watch.judge(locked);
    watch.judge(free);
    watch.judge(free);
    const words = told.map((event) => (event.type === 'limits' ? event.limits.state : JSON.stringify(event)));
    expect(words).toEqual([
      'locked',
      '{"type":"attention","reason":"integrity_challenge"}',
      '{"type":"attention","reason":null}',
      'locked',
      'open',
    ]);
  });
});

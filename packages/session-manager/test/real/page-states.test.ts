import { describe, expect, test } from 'vitest';
import { ACCOUNT, RunStage } from './run-stage.ts';

describe('a page that is READY', () => {
  test.each([
    ['PROXYBLOCK', { type: 'blocked', reason: 'proxy_blocked' }],
    ['SCREEN_LOCKED', { type: 'blocked', reason: 'screen_locked' }],
    ['TOS_BLOCK', { type: 'banned' }],
    ['SMB_TOS_BLOCK', { type: 'banned' }],
    ['DEPRECATED_VERSION', { type: 'deprecated' }],
  ] as const)('and goes to %s is told as that', async (state, word) => {
    await using stage = await RunStage.linked();
    stage.world.phone(ACCOUNT).setState(state);
    expect(await stage.next(word.type)).toMatchObject(word);
  });

  test('and whose login is used elsewhere is told as that, and never takes it back', async () => {
    await using stage = await RunStage.linked();
    stage.world.phone(ACCOUNT).conflict();
    await stage.next('conflict');
    expect(stage.world.observed.map(({ type }) => type)).not.toContain('takeover');
  });

  test.each([1, 2] as const)('and asks for the terms (%i) is told as blocked', async (tos) => {
    await using stage = await RunStage.linked();
    stage.world.phone(ACCOUNT).setTos(tos);
    expect(await stage.next('blocked')).toMatchObject({ reason: 'terms_required' });
  });

  test('closes the window of what is new by the page’s own calls, which write down that it was seen', async () => {
    await using stage = await RunStage.linked(['whats-new']);
    const shows = () => stage.page.evaluate(`document.querySelectorAll('[role="dialog"]').length`);
    await expect.poll(shows).toBe(0);
    expect(await stage.page.evaluate(`require('WAWebWhatsNewNux').shouldShowWhatsNewNux()`)).toBe(false);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked/.test(kind))).toEqual([]);
  });

  test('and is asked to prove itself is told as such, and its window is left alone', async () => {
    await using stage = await RunStage.linked(['integrity', 'whats-new']);
    expect(await stage.next('attention')).toEqual({ type: 'attention', reason: 'integrity_challenge' });
    await stage.nextNew('alive');
    expect(await stage.page.evaluate(`document.querySelectorAll('[role="dialog"]').length`)).toBe(2);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked/.test(kind))).toEqual([]);
  });
});

describe('a page that starts', () => {
  test('and says that the disk is full is lost as that, and nothing is clicked', async () => {
    await using stage = await RunStage.linked();
    await stage.stop();
    stage.world.configure({ page: { drifts: ['storage-full'] } });
    await stage.start();
    expect(await stage.next('lost')).toMatchObject({ reason: 'storage_full' });
    await stage.stop();
    stage.world.configure({ page: { drifts: [] } });
    await stage.start();
    await stage.next('ready');
    expect(stage.world.phone(ACCOUNT).devices).toHaveLength(1);
  });

  test('and does not support the browser is told at once, not when its time to load is over', async () => {
    await using stage = await RunStage.open(['unsupported-browser=always'], { loadMs: 60_000 });
    await stage.start();
    expect(await stage.next('blocked', undefined, 15_000)).toMatchObject({ reason: 'unsupported_browser' });
  });

  test('never meets that page by the name of the browser: ours names no headless one', async () => {
    await using stage = await RunStage.linked(['unsupported-browser']);
    const names = `JSON.stringify([navigator.userAgent, navigator.userAgentData?.brands ?? null])`;
    expect(await stage.page.evaluate(names)).not.toMatch(/headless/i);
  });

  test('tells its build and its HTML before it is linked', async () => {
    await using stage = await RunStage.open([], { page: { version: '2.3000.1047775310' } });
    await stage.start();
    await stage.next('qr');
    const page = stage.events.find((event) => event.type === 'page');
    expect(page).toMatchObject({ build: '2.3000.1047775310', html: expect.stringContaining('client_revision') });
  });
});

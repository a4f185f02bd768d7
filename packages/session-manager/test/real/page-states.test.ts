import { describe, expect, it } from 'vitest';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';

describe('a page that is READY', () => {
  it.each([
    ['PROXYBLOCK', { type: 'blocked', reason: 'proxy_blocked' }],
    ['SCREEN_LOCKED', { type: 'blocked', reason: 'screen_locked' }],
    ['TOS_BLOCK', { type: 'banned' }],
    ['SMB_TOS_BLOCK', { type: 'banned' }],
    ['DEPRECATED_VERSION', { type: 'deprecated' }],
  ] as const)('and goes to %s is told as that', async (state, word) => {
    await using stage = await RunStage.open();
    await stage.link(ANA);
    stage.world.phone(ANA).setState(state);
    expect(await stage.until(word.type)).toMatchObject(word);
  });

  it('and whose login is used elsewhere is told as that, and never takes it back', async () => {
    await using stage = await RunStage.open();
    await stage.link(ANA);
    stage.world.phone(ANA).conflict();
    await stage.until('conflict');
    expect(stage.world.observed.map(({ type }) => type)).not.toContain('takeover');
  });

  it.each([1, 2] as const)('and asks for the terms (%i) is told as blocked', async (tos) => {
    await using stage = await RunStage.open();
    await stage.link(ANA);
    stage.world.phone(ANA).setTos(tos);
    expect(await stage.until('blocked')).toMatchObject({ reason: 'terms_required' });
  });

  it('closes the window of what is new by the page’s own calls, which write down that it was seen', async () => {
    await using stage = await RunStage.open({ drifts: ['whats-new'] });
    await stage.link(ANA);
    // The page's preferences hold nothing else.
    const preferences = async () => (await stage.run.census(AbortSignal.timeout(5_000))).rows['wawc/user'];
    await expect.poll(preferences, { timeout: 10_000 }).toBe(1);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked/.test(kind))).toEqual([]);
  });

  it('and is asked to prove itself needs a person, and its window is left alone', async () => {
    await using stage = await RunStage.open({ drifts: ['integrity', 'whats-new'] });
    await stage.link(ANA);
    expect(await stage.until('attention')).toEqual({ type: 'attention', reason: 'integrity_challenge' });
    const after = stage.events.length;
    await stage.until('alive', undefined, after);
    // The window over it is not the uppermost: nothing was closed, and no preference but the challenge is there.
    const { rows } = await stage.run.census(AbortSignal.timeout(5_000));
    expect(rows['wawc/user']).toBe(1);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked/.test(kind))).toEqual([]);
  });
});

describe('a page that starts', () => {
  it('and says that the disk is full is lost as that, and nothing is clicked', async () => {
    await using stage = await RunStage.open();
    await stage.link(ANA);
    await stage.stop();
    stage.world.configure({ page: { drifts: ['storage-full'] } });
    await stage.start();
    expect(await stage.until('lost')).toMatchObject({ reason: 'storage_full' });
    await stage.stop();
    stage.world.configure({ page: { drifts: [] } });
    await stage.start();
    await stage.until('ready');
    expect(stage.world.phone(ANA).devices).toHaveLength(1);
  });

  it('and does not support the browser is told at once, not when its time to load is over', async () => {
    await using stage = await RunStage.open({ drifts: ['unsupported-browser=always'], loadMs: 60_000 });
    await stage.start();
    expect(await stage.until('blocked', undefined, 0, 15_000)).toMatchObject({ reason: 'unsupported_browser' });
  });

  it('never meets that page by the name of the browser: ours names no headless one', async () => {
    await using stage = await RunStage.open({ drifts: ['unsupported-browser'] });
    await stage.link(ANA);
  });

  it('tells its build and its HTML before it is linked', async () => {
    await using stage = await RunStage.open({ standin: { page: { version: '2.3000.1047775310' } } });
    await stage.start();
    await stage.until('qr');
    const page = stage.events.find((event) => event.type === 'page');
    expect(page).toMatchObject({ build: '2.3000.1047775310', html: expect.stringContaining('client_revision') });
  });
});

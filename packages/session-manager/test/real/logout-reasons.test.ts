import { describe, expect, test } from 'vitest';
import { ACCOUNT, RunStage } from './run-stage.ts';

const WORDS = { 0: /could not be read/, 1: /sync failed/, 2: /history took too long/ } as const;

describe('a page that gives its login up', () => {
  test.each([0, 1, 2] as const)('while it is READY (reason %i) is told as erased, and shows no QR', async (code) => {
    await using stage = await RunStage.linked();
    const known = stage.world.observed.length;
    stage.world.phone(ACCOUNT).erase(code);
    const erased = await stage.next('erased');
    expect(erased).toMatchObject({ reason: 'page_erased_login', detail: expect.stringMatching(WORDS[code]) });
    // The page that comes afterwards shows a QR, which this run keeps to itself.
    await stage.world.waitFor('qr', ({ seq }) => seq > known);
    expect(stage.kinds().slice(stage.kinds().indexOf('erased'))).toEqual(['erased']);
  });

  test('because the account is locked is told in WhatsApp’s words', async () => {
    await using stage = await RunStage.linked();
    stage.world.phone(ACCOUNT).erase(3, { header: 'Account locked', subtext: `${'long '.repeat(200)}` });
    const erased = await stage.next('erased');
    expect(erased).toMatchObject({ reason: 'account_locked' });
    expect(erased.detail).toMatch(/^WhatsApp locked the account: Account locked\. long/);
    expect(erased.detail.length).toBeLessThan(700);
  });

  test.each([0, 1, 2, 3])('as it starts (reason %i) is told as erased before any QR', async (code) => {
    await using stage = await RunStage.linked();
    await stage.stop();
    stage.world.configure({ page: { drifts: [`logout-reason=${code}`] } });
    await stage.start();
    const erased = await stage.next('erased');
    expect(erased.reason).toBe(code === 3 ? 'account_locked' : 'page_erased_login');
    expect(stage.kinds().filter((kind) => /qr|unlinked/.test(kind))).toEqual([]);
  });
});

describe('an account that was unlinked', () => {
  test.each([
    ['by a bare reload that is heard', ['logout-bare-reload']],
    ['by a bare reload that nothing tells of', ['logout-bare-reload=silent']],
    ['by an older page, which writes a word as its reason', ['-logout-bare-reload']],
  ])('%s is told as unlinked once, and no QR follows', async (_how, drifts) => {
    await using stage = await RunStage.linked(drifts);
    const before = stage.events.length;
    await stage.world.phone(ACCOUNT).unlink();
    await stage.next('unlinked', undefined, undefined, before);
    expect(stage.kinds(before).filter((kind) => /qr|erased|lost|unlinked/.test(kind))).toEqual(['unlinked']);
  });

  test('because the terms were refused is told so', async () => {
    await using stage = await RunStage.linked();
    stage.world.phone(ACCOUNT).setTos(3);
    expect(await stage.next('unlinked')).toEqual({ type: 'unlinked', reason: 'terms_refused' });
  });

  test('because the terms were refused is told so, by a page that has no version yet', async () => {
    await using stage = await RunStage.linked(['version-absent', '-version-late']);
    await stage.run.stop(10_000);
    stage.world.configure({ page: { drifts: ['version-absent', '-version-late', 'tos-3'] } });
    await stage.start();
    expect(await stage.next('unlinked')).toEqual({ type: 'unlinked', reason: 'terms_refused' });
  });
});

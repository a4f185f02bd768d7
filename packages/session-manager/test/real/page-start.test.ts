import { describe, expect, test } from 'vitest';
import { ACCOUNT, CUSTOMER, RunStage } from './run-stage.ts';

const VERSION = '2.3000.1047775310';

describe('a page that starts otherwise', () => {
  test.each([
    ['says its version late', ['version-late=2']],
    ['says no version', ['version-absent', '-version-late']],
    ['has its modules late', ['modules-late']],
    ['has synced before anything can listen', ['ready-early']],
    ['has frames that navigate all the time', ['iframe-navigates']],
  ])('and %s is linked, tells its build and hears a message once', async (_what, drifts) => {
    await using stage = await RunStage.linked(drifts, { page: { version: VERSION, speed: 4 } });
    expect(await stage.next('ready')).toMatchObject({ webVersion: VERSION });
    expect(await stage.next('page')).toMatchObject({ build: VERSION });
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
    await stage.next('message', ({ message }) => message.text === 'hola');
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'chau');
    await stage.next('message', ({ message }) => message.text === 'chau');
    const inbound = stage.events.flatMap((event) => (event.type === 'message' ? [event.message.text] : []));
    expect(inbound).toEqual(['hola', 'chau']);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked|socket/.test(kind))).toEqual([]);
  });

  test('from its service worker, as every saved login does, is kept like one from the network', async () => {
    await using stage = await RunStage.linked([], { page: { version: VERSION } });
    await stage.page.evaluate('navigator.serviceWorker.ready');
    await stage.run.stop(10_000);
    await stage.start();
    await stage.next('ready');
    const { build, html } = await stage.next('page', (page) => page.html !== null);
    expect(build).toBe(VERSION);
    expect(html).toContain('client_revision');
    expect(await stage.page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  });

  test('and never gets so far is lost when its time to load is over', async () => {
    await using stage = await RunStage.open(['assets-gone=eager'], { loadMs: 3_000 });
    await stage.start();
    expect(await stage.next('lost')).toEqual({ type: 'lost', reason: 'page_failed', detail: 'auth timeout' });
  });
});

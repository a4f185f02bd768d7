import { describe, expect, it } from 'vitest';
import { ACCOUNT, CUSTOMER, EngineStage } from './engine-stage.ts';

const VERSION = '2.3000.1047775310';

describe('a page that starts otherwise', () => {
  it.each([
    ['says its version late', ['version-late=2']],
    ['says no version', ['version-absent', '-version-late']],
    ['has its modules late', ['modules-late']],
    ['has synced before anything can listen', ['ready-early']],
    ['has frames that navigate all the time', ['iframe-navigates']],
  ])('and %s is linked, tells its build and hears a message once', async (_what, drifts) => {
    await using stage = await EngineStage.linked(drifts, { page: { version: VERSION, speed: 4 } });
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
});

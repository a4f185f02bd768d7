import { describe, expect, it } from 'vitest';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';
const VERSION = '2.3000.1047775310';

describe('a page that starts otherwise', () => {
  it.each([
    ['says its version late', ['version-late=2']],
    ['says no version', ['version-absent', '-version-late']],
    ['has its modules late', ['modules-late']],
    ['has synced before anything can listen', ['ready-early']],
    ['has frames that navigate all the time', ['iframe-navigates']],
  ])('and %s is linked, tells its build and hears a message once', async (_what, drifts) => {
    await using stage = await RunStage.open({ drifts, standin: { page: { version: VERSION, speed: 4 } } });
    await stage.link(ANA);
    expect(await stage.until('ready')).toMatchObject({ webVersion: VERSION });
    expect(await stage.until('page')).toMatchObject({ build: VERSION });
    await stage.world.phone(BETO).send(ANA, 'hola');
    await stage.until('message', ({ message }) => message.text === 'hola');
    await stage.world.phone(BETO).send(ANA, 'chau');
    await stage.until('message', ({ message }) => message.text === 'chau');
    const inbound = stage.events.flatMap((event) => (event.type === 'message' ? [event.message.text] : []));
    expect(inbound).toEqual(['hola', 'chau']);
    expect(stage.kinds().filter((kind) => /lost|blocked|unlinked|socket/.test(kind))).toEqual([]);
  });
});

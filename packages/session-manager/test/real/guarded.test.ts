import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const GOOD = '2.3000.1044431423';
/** Breaks ids. */
const BROKEN = '2.3000.1045220589';
const CUSTOMER = '5491100000002';
const NAMES = ['ana', 'beto', 'caro'];

const phoneOf = (name: string): string => `54911000${10_001 + NAMES.indexOf(name)}`;

/**
 * A short slice of `npm run prove -- guard`. A canary that was not really used passes nothing, so the time that it must
 * stand can be short, although a self-test takes half a minute to call a feature broken.
 */
async function guarded(): Promise<Stage> {
  const stage = await Stage.open({
    guarded: true,
    env: { WEB_VERSION: 'guarded', GUARD_TRIAL_S: '1', GUARD_QUIET_S: '600', GUARD_PAUSE_S: '0', GUARD_LOOK_S: '600' },
    standin: { page: { version: GOOD, schema: 201, speed: 60 } },
  });
  await stage.start();
  return stage;
}

describe('WEB_VERSION=guarded', () => {
  test('calls a build good after real use, and lets one session of three meet the one that breaks ids', {
    timeout: 150_000,
  }, async () => {
    await using stage = await guarded();
    const { sessions, world } = stage;
    const builds = stage.context.builds;
    const verdict = (build: string, wanted: string, withinMs: number) =>
      stage.event(
        ({ type, data }) => type === 'build.verdict' && data.build === build && data.verdict === wanted,
        withinMs,
        true,
      );
    for (const name of NAMES) await stage.link(name, phoneOf(name));
    const { sessions: tries } = (await verdict(GOOD, 'canary', 10_000)).data as { sessions: string[] };
    expect((await builds.builds()).find(({ build }) => build === GOOD)?.verdict).toBe('canary');
    const first = tries[0] ?? '';
    await sessions.send(first, { to: CUSTOMER, text: 'hola' }, null);
    await world.phone(CUSTOMER).send(phoneOf(first), 'buenas');
    await verdict(GOOD, 'good', 30_000);

    // A page that reloads itself loads what WhatsApp serves then: each has done so before the build that breaks ids is there.
    const reloaded = () => world.observed.filter(({ type }) => type === 'self_reload').map(({ phone }) => phone);
    await expect.poll(() => new Set(reloaded()), { timeout: 30_000 }).toEqual(new Set(NAMES.map(phoneOf)));
    world.configure({ page: { version: BROKEN, schema: 201, drifts: ['wid-renamed'] } });
    const canary = await builds.lookForNew();
    for (const name of NAMES.filter((other) => other !== canary)) {
      await sessions.restart(name);
      await stage.until(name, 'READY');
    }
    const { data } = await verdict(BROKEN, 'bad', 90_000);
    expect(data).toMatchObject({ capability: 'ids', sessions: [canary], fallback: GOOD });
    for (const name of NAMES) {
      const { runtime } = await stage.until(name, 'READY');
      expect(runtime?.webVersion).toBe(GOOD);
    }
    const met = world.observed.filter(({ type, detail }) => type === 'login' && detail.version === BROKEN);
    expect(new Set(met.map(({ phone }) => phone))).toEqual(new Set([phoneOf(canary ?? '')]));
    expect(stage.clones()).toEqual([]);
  });
});

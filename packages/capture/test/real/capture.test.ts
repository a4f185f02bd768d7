import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { flushLocalStorage } from '@leadmaster/capture/flush';
import type { World, WorldState } from '@leadmaster/whatsapp-standin';
import { afterEach, describe, expect, test } from 'vitest';
import { Bench, type Session, until } from '../../../whatsapp-standin/test/browser.ts';
import {
  type Capture,
  type CaptureKind,
  captureProfile,
  type FreezeMethod,
  repairLoginStores,
} from '../../src/index.ts';
import { endGroup, identify, type ProcessIdentity } from '../../src/process/index.ts';
import { writeOut } from '../folders.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';
/** Five messages a second: a machine that runs other tests beside this one keeps up with it. */
const MESSAGE_EVERY_MS = 200;
const LOOK_EVERY_MS = 50;

const bench = new Bench();
afterEach(() => bench.end());

function browserOf(session: Session): ProcessIdentity {
  const identity = identify(session.client.pupBrowser?.process()?.pid ?? 0);
  if (identity === null) throw new Error('the browser is gone');
  return identity;
}

/** A login that is still in the page alone is in no copy, as it would survive no power cut: who keeps sessions waits for it first. */
async function committed(session: Session, profile: string): Promise<void> {
  const page = session.client.pupPage;
  if (page === undefined) throw new Error('there is no page');
  await flushLocalStorage(page, join(profile, LOGIN_STORES.localStorage), AbortSignal.timeout(80_000));
}

/** Messages, and the bulk of a history being written, until told to end. */
function load(world: World): { sent: () => string[]; stop: () => Promise<void> } {
  const sent: string[] = [];
  let goesOn = true;
  const timer = setInterval(() => {
    const text = `message ${sent.length}`;
    sent.push(text);
    void world.phone(BETO).send(ANA, text);
  }, MESSAGE_EVERY_MS);
  const bulk = (async () => {
    while (goesOn) await world.bulkHistory(ANA, 500_000, { mediaBytes: 200_000, ratePerSec: 500 });
  })();
  return {
    sent: () => sent,
    async stop() {
      clearInterval(timer);
      goesOn = false;
      await bulk;
    },
  };
}

/** What WhatsApp's servers knew when the browser stood still, or just before. */
async function withItsWorld(world: World, capture: () => Promise<Capture>): Promise<[Capture, WorldState]> {
  const seen = [{ at: Date.now(), state: world.exportState([ANA]) }];
  const timer = setInterval(() => seen.push({ at: Date.now(), state: world.exportState([ANA]) }), LOOK_EVERY_MS);
  try {
    const taken = await capture();
    const state = seen.findLast(({ at }) => at <= taken.frozenAt.getTime())?.state;
    if (state === undefined) throw new Error('no state was read before the freeze');
    return [taken, state];
  } finally {
    clearInterval(timer);
  }
}

describe.each<[FreezeMethod, CaptureKind]>([
  ['cgroup', 'essential'],
  ['cgroup', 'full'],
  ['sigstop', 'essential'],
])('a running session, %s, %s', (method, kind) => {
  test('comes back READY from a copy taken under load, with every message it had, and without a lost message of the original', async (context) => {
    const world = await bench.world();
    const profile = await bench.profile();
    const session = await bench.link(world, ANA, profile);
    await committed(session, profile);
    const busy = load(world);
    await until(async () => (await world.phone(ANA).stored(BETO)).length > 20, 'the load to be under way', 60_000);
    const before = (await world.phone(ANA).stored(BETO)).map(({ body }) => body);
    const stagingDir = join(profile, '..', 'staging');
    const browser = browserOf(session);
    const request = { profileDir: profile, stagingDir, kind, browser, methods: [method, 'sigstop'] as const };
    const [capture, moment] = await withItsWorld(world, () => captureProfile(request));
    if (capture.method !== method) {
      await busy.stop();
      return context.skip('control groups cannot be written to here');
    }
    expect(capture.structure).toMatchObject({ ok: true });
    expect(capture.pauseMs).toBeLessThan(3000);
    const copy = await bench.profile();
    await writeOut(capture, copy);
    await capture[Symbol.asyncDispose]();
    expect(existsSync(stagingDir)).toBe(false);

    await busy.stop();
    await until(async () => (await world.phone(ANA).stored(BETO)).length === busy.sent().length, 'the rest', 60_000);
    expect(await session.state()).toBe('CONNECTED');
    await session.stop();

    repairLoginStores(copy);
    const past = await bench.world({ state: moment });
    await bench.start(past, copy).ready();
    const stored = new Set((await past.phone(ANA).stored(BETO)).map(({ body }) => body));
    expect(before.filter((body) => !stored.has(body))).toEqual([]);
    const accusations = past.observed.filter(({ type }) =>
      ['rollback', 'duplicate', 'duplicate_message'].includes(type),
    );
    expect(accusations).toEqual([]);
  });
});

test('a browser that dies while its profile is copied gives no copy, or one that is whole', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  const stagingDir = join(profile, '..', 'staging');
  const browser = browserOf(session);
  const taken = captureProfile({ profileDir: profile, stagingDir, kind: 'full', browser });
  const [outcome] = await Promise.allSettled([taken, endGroup(browser, { termMs: 0, killMs: 5000 })]);
  if (outcome.status === 'fulfilled') {
    expect(outcome.value.structure).toMatchObject({ ok: true });
    await outcome.value[Symbol.asyncDispose]();
  } else {
    expect(outcome.reason).toMatchObject({ code: 'capture_failed' });
  }
  expect(existsSync(stagingDir)).toBe(false);
});

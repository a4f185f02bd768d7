import { join } from 'node:path';
import { FakeEngine, type FakeRun } from '@leadmaster/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PageCheck, PageProbe } from '../../src/engine/page-probe.ts';
import { Capabilities } from '../../src/lifecycle/capabilities/capabilities.ts';
import { countUses } from '../../src/lifecycle/capabilities/uses.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { UNGUARDED_BUILDS } from '../builds/unguarded.ts';
import { aFailure, aSent, sentElsewhere } from '../event-samples.ts';
import { scratch } from '../state/helpers.ts';

const NAME = 'ventas';
const BUILD = '2.3000.1';

const check = (name: string, feature: PageCheck['feature'], change: Partial<PageCheck> = {}): PageCheck => ({
  ...{ name, feature, result: 'ok', isNeeded: true, detail: '' },
  ...change,
});
const WHOLE = [check('MsgKey', 'ids'), check('newId', 'text')];
const BROKEN = [check('MsgKey', 'ids'), check('newId', 'text', { result: 'missing', detail: 'WAWebMsgKey.newId' })];
const page = (checks: PageCheck[], change: Partial<PageProbe> = {}): PageProbe => ({
  ...{ build: BUILD, isQuiet: true, checks, canJournal: true, databases: {} },
  ...change,
});

describe('the capabilities of a session', () => {
  let store: StateStore;
  let run: FakeRun;
  let ended: AbortController;
  let subject: Capabilities;

  beforeEach(async () => {
    vi.useFakeTimers();
    store = createStateStore({ file: join(scratch(), 'state.db') });
    store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
    run = await startedRun();
    ended = new AbortController();
    subject = make();
  });

  afterEach(() => {
    ended.abort();
    store.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const make = (): Capabilities =>
    new Capabilities({ store, builds: UNGUARDED_BUILDS, log: pino({ level: 'silent' }) }, NAME);
  const features = () => subject.view.features;
  const told = () =>
    store.events
      .after(0, 100, NAME)
      .filter((event) => event.type === 'session.capabilities')
      .map(({ data }) => data.changed);

  async function seen(probe: PageProbe): Promise<void> {
    run.page = probe;
    subject.follow(run, BUILD, ended.signal);
    await vi.advanceTimersByTimeAsync(0);
  }

  test('are unknown before the first look, and what is unknown is not refused', () => {
    expect(subject.view).toMatchObject({ build: null, at: null, features: { text: 'unknown', ids: 'unknown' } });
    expect(subject.refusal('text')).toBeNull();
  });

  test('are ok where every check is, and the change is told once', async () => {
    await seen(page(WHOLE));
    expect(features()).toMatchObject({ ids: 'ok', text: 'ok', media: 'unknown' });
    expect(told()).toEqual([{ ids: 'ok', text: 'ok' }]);
    subject.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(told()).toHaveLength(1);
  });

  test('are broken only when the same thing is missing twice, 30 s apart', async () => {
    await seen(page(BROKEN));
    expect(features().text).toBe('unknown');
    expect(subject.refusal('text')).toBeNull();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(features().text).toBe('unknown');
    await vi.advanceTimersByTimeAsync(1_001);
    expect(features().text).toBe('broken');
    expect(subject.refusal('text')).toMatchObject({
      code: 'feature_unavailable',
      message: expect.stringContaining(`"text" on build ${BUILD}`),
      hint: expect.stringContaining('--override text'),
    });
    expect(subject.refusal('media')).toBeNull();
  });

  test('are never broken while the page still loads modules, nor by modules that are not needed', async () => {
    await seen(page(BROKEN, { isQuiet: false }));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(features().text).toBe('unknown');
    run.page = page([check('newId', 'text', { result: 'missing', isNeeded: false })]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(features().text).toBe('unknown');
    expect(subject.refusal('text')).toBeNull();
  });

  test('refuse texts and media when ids are broken', async () => {
    await seen(page([check('MsgKey', 'ids', { result: 'wrong' }), check('newId', 'text')]));
    await vi.advanceTimersByTimeAsync(30_001);
    expect(subject.refusal('text')).toMatchObject({ extra: { feature: 'ids', build: BUILD } });
    expect(subject.refusal('media')).toMatchObject({ extra: { feature: 'ids' } });
    expect(subject.refusal('chats')).toBeNull();
  });

  test('are looked at every minute while something is broken, until a look is green', async () => {
    await seen(page(BROKEN));
    await vi.advanceTimersByTimeAsync(30_001);
    run.page = page(WHOLE);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(features().text).toBe('broken');
    await vi.advanceTimersByTimeAsync(1_001);
    expect(features().text).toBe('ok');
    expect(subject.refusal('text')).toBeNull();
    expect(told().at(-1)).toEqual({ text: 'ok' });
  });

  test('are cleared by a real success, and the same probe does not accuse again', async () => {
    await seen(page(BROKEN));
    await vi.advanceTimersByTimeAsync(30_001);
    subject.succeeded('text');
    expect(subject.refusal('text')).toBeNull();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(features().text).not.toBe('broken');
    const looks = vi.spyOn(run, 'probe');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(looks).not.toHaveBeenCalled();
  });

  test('stay when a page that reloads itself takes one question with it, and are unknown when it stays silent', async () => {
    await seen(page(WHOLE));
    const gone = () => Promise.reject(new Error('Execution context was destroyed.'));
    const probe = vi.spyOn(run, 'probe').mockImplementationOnce(gone);
    subject.hurry();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(probe).toHaveBeenCalledTimes(2);
    expect(told()).toHaveLength(1);
    probe.mockImplementation(gone);
    subject.hurry();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(told().at(-1)).toEqual({ ids: 'unknown', text: 'unknown' });
  });

  test('are forgotten with the build that they were seen on', async () => {
    await seen(page(BROKEN));
    await vi.advanceTimersByTimeAsync(30_001);
    run.page = page(BROKEN, { build: '2.3000.2' });
    await vi.advanceTimersByTimeAsync(60_001);
    expect(subject.view).toMatchObject({ build: '2.3000.2', features: { text: 'unknown' } });
    await vi.advanceTimersByTimeAsync(30_001);
    expect(features().text).toBe('broken');
  });

  test('go by an override of the operator, which a restart of the service keeps', async () => {
    await seen(page(BROKEN));
    await vi.advanceTimersByTimeAsync(30_001);
    subject.override(['text']);
    expect(subject.refusal('text')).toBeNull();
    expect(features().text).toBe('broken');
    expect(make().view.overridden).toEqual(['text']);
    subject.override([]);
    expect(subject.refusal('text')).not.toBeNull();
  });

  test('hand over nothing without the journal of ids, under any verdict, override or success', async () => {
    await seen(page(WHOLE, { canJournal: false }));
    expect(features().text).toBe('broken');
    subject.override(['text', 'ids']);
    subject.succeeded('text');
    expect(subject.refusal('text')).toMatchObject({ code: 'feature_unavailable' });
    run.page = page(WHOLE);
    await vi.advanceTimersByTimeAsync(60_001);
    expect(subject.refusal('text')).toBeNull();
  });

  test('are unknown when a probe throws or never answers, and the next one is tried', async () => {
    await seen(page(WHOLE));
    run.probe = () => Promise.reject(new Error('Execution context was destroyed'));
    subject.hurry();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(features()).toMatchObject({ ids: 'unknown', text: 'unknown' });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(timeoutByFakeClock);
    run.probe = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(60_001);
    run.probe = async () => page(WHOLE);
    await vi.advanceTimersByTimeAsync(90_001);
    expect(features().text).toBe('ok');
  });

  test('continue when a look cannot be written down', async () => {
    const set = store.pages.set;
    store.pages.set = () => {
      throw new Error('disk full');
    };
    await seen(page(BROKEN));
    store.pages.set = set;
    await vi.advanceTimersByTimeAsync(30_001);
    expect(features().text).toBe('broken');
  });

  test('are looked at by one loop, however often the connection of a run comes back', async () => {
    const probe = vi.spyOn(run, 'probe');
    await seen(page(BROKEN));
    await seen(page(BROKEN));
    expect(probe).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(30_001);
    expect(probe).toHaveBeenCalledTimes(3);
  });

  test('look no more when the run has ended', async () => {
    const probe = vi.spyOn(run, 'probe');
    await seen(page(BROKEN));
    ended.abort();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(probe).toHaveBeenCalledTimes(1);
  });

  test('count uses that failed on a build until one has worked there', async () => {
    countUses(store.events, () => subject);
    await seen(page(WHOLE));
    store.events.append(aFailure(NAME, 'not_handed_over'));
    store.events.append(aFailure(NAME, 'recipient_unknown'));
    expect(subject.view.failures).toEqual({ text: 1 });
    store.events.append({ session: NAME, ...sentElsewhere() });
    store.events.append(aFailure(NAME, 'not_handed_over'));
    expect(subject.view.failures).toEqual({ text: 2 });
    store.events.append(aSent(NAME));
    store.events.append(aFailure(NAME, 'not_handed_over'));
    expect(subject.view.failures).toEqual({ text: 2 });
  });
});

async function startedRun(): Promise<FakeRun> {
  const engine = new FakeEngine();
  await engine.start({
    ...{ session: NAME, profileDir: '/nowhere', visible: false, webVersion: null },
    onEvent: () => undefined,
    onLaunched: () => undefined,
    signal: new AbortController().signal,
  });
  return engine.run;
}

/** The fake clock does not know `AbortSignal.timeout`. */
function timeoutByFakeClock(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('no answer')), ms);
  return controller.signal;
}

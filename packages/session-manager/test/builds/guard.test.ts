import { writeFile } from 'node:fs/promises';
import { pageMessage } from '@leadmaster/testkit';
import { describe, expect, test, vi } from 'vitest';
import type { BuildSettings } from '../../src/builds/build-deps.ts';
import { readKnobs } from '../../src/builds/page-facts.ts';
import { GuardedMachine, NEW, OLD } from './guarded-machine.ts';
import { knobs, pageOf } from './pages.ts';

const NUMBERS = { 'model-storage': 198 };
const NAMES = ['ana', 'beto', 'caro'];

/** A guarded machine on a good build, every session READY on it. */
async function guarded(names = NAMES, settings: Partial<BuildSettings> = {}): Promise<GuardedMachine> {
  const machine = await GuardedMachine.open({ isGuarded: true, pauseMs: 0, ...settings });
  await machine.keep(OLD, knobs(198), 'good');
  for (const name of names) await machine.link(name, NUMBERS);
  for (const name of names) await machine.ready(name, { build: OLD });
  return machine;
}

/** WhatsApp serves another build from now on. */
function serves(machine: GuardedMachine, build: string, schema = 198): string {
  const html = pageOf(build, knobs(schema));
  machine.answer = (method) => ({ status: 200, body: method === 'GET' ? html : '' });
  return html;
}

function schemaOf(html: string): number {
  return readKnobs(html)['model-storage'] ?? 0;
}

/** The canary comes up on the new build. */
async function canaryTries(machine: GuardedMachine, html: string): Promise<string> {
  const canary = await machine.builds.lookForNew();
  if (canary === null) throw new Error('no session tries it');
  const run = await machine.started(canary, 1);
  expect(run.webVersion).toBe(NEW);
  await machine.comesUp(run, canary, { build: NEW, databases: { 'model-storage': schemaOf(html) } });
  return canary;
}

describe('guarded: the newest good build for every session', () => {
  test('opens what WhatsApp serves', async () => {
    const machine = await guarded();
    serves(machine, NEW);
    for (const name of NAMES) {
      await machine.sessions.restart(name);
      expect((await machine.started(name, 1)).webVersion).toBe(OLD);
    }
  });

  test('before anything is known they run what is served, and it becomes good by the same test', async () => {
    const machine = await GuardedMachine.open({ isGuarded: true });
    for (const name of NAMES) await machine.link(name, null);
    for (const name of NAMES) await machine.ready(name, { build: OLD, html: pageOf(OLD) });
    expect(machine.engine.run.webVersion).toBeNull();
    expect(machine.verdict(OLD)).toBe('canary');
    await machine.pass(601);
    expect(machine.verdict(OLD)).toBe('good');
    await machine.sessions.restart('ana');
    expect((await machine.started('ana', 1)).webVersion).toBe(OLD);
  });

  test('a profile that no good build may open starts as served, and that is told', async () => {
    const machine = await guarded(['ana']);
    await machine.profiles.noteDatabases('ana', 1, { numbers: { 'model-storage': 201 }, mayBeHigher: false });
    await machine.sessions.restart('ana');
    expect((await machine.started('ana', 1)).webVersion).toBeNull();
    expect(machine.copies).toEqual(['ana']);
    expect(machine.events('build.verdict').at(-1)?.data).toMatchObject({ fallback: null, sessions: ['ana'] });
  });

  test('a page that was damaged is passed over for the next good one, and kept again when it is served', async () => {
    const machine = await GuardedMachine.open({ isGuarded: true, pauseMs: 0 });
    await machine.keep(OLD, knobs(198), 'good');
    await machine.keep(NEW, knobs(198), 'good');
    await machine.link('ana', NUMBERS);
    await writeFile(machine.pages.path(NEW), '<html>');
    await machine.ready('ana', { build: OLD });
    expect(machine.engine.run.webVersion).toBe(OLD);
    serves(machine, NEW);
    await machine.builds.lookForNew();
    expect(await machine.pages.has(NEW)).toBe(true);
  });

  test('numbers that cannot be read are no reason for the live page', async () => {
    const machine = await guarded(['ana']);
    await machine.link('beto', null);
    await machine.sessions.start('beto');
    await machine.until('beto', 'ERROR');
    expect((await machine.sessions.get('beto')).reason).toBe('web_version_unsafe');
  });

  test('a build near the end of its life is no fallback', async () => {
    const machine = await guarded(['ana']);
    machine.clock = new Date(machine.clock.getTime() + 81 * 86_400_000);
    await machine.sessions.restart('ana');
    expect((await machine.started('ana', 1)).webVersion).toBeNull();
  });
});

describe('guarded: a new build', () => {
  test('is tried by one session, after a copy, and is good when that stood the test', async () => {
    const machine = await guarded();
    const canary = await canaryTries(machine, serves(machine, NEW));
    expect(machine.copies).toEqual([canary]);
    expect(machine.verdict(NEW)).toBe('canary');
    expect(await machine.builds.lookForNew()).toBeNull();
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('good');
    const other = NAMES.find((name) => name !== canary) ?? '';
    await machine.sessions.restart(other);
    expect((await machine.started(other, 1)).webVersion).toBe(NEW);
  });

  test('is good when the canary has really sent, got a message, and survived a page that reloaded itself', async () => {
    const machine = await guarded(['ana'], { quietMs: 86_400_000 });
    await canaryTries(machine, serves(machine, NEW));
    await machine.pass(1);
    const run = machine.engine.run;
    const { id } = await machine.sessions.send('ana', { to: '5491100000002', text: 'hola' }, null);
    await vi.waitFor(async () => expect((await machine.sessions.message('ana', id)).whatsappId).not.toBeNull());
    const { whatsappId } = await machine.sessions.message('ana', id);
    run.tell({ type: 'ack', ids: [whatsappId ?? ''], ack: 1 });
    await vi.waitFor(async () => expect((await machine.sessions.message('ana', id)).state).toBe('SENT'));
    run.tell({ type: 'message', message: pageMessage('false_A', { text: 'hola' }) });
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('canary');
    await machine.comesUp(run, 'ana', { build: NEW });
    await machine.pass(1);
    expect(machine.verdict(NEW)).toBe('good');
  });

  test('is good after a day in which none of that came about', async () => {
    const machine = await guarded(['ana'], { quietMs: 86_400_000 });
    await canaryTries(machine, serves(machine, NEW));
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('canary');
    await machine.pass(86_400);
    expect(machine.verdict(NEW)).toBe('good');
  });

  test('that breaks ids is seen by one session, and blamed once that is well again on the old one', async () => {
    const machine = await guarded();
    const canary = await canaryTries(machine, serves(machine, NEW));
    await machine.findsBroken(canary, 'ids');
    expect(machine.verdict(NEW)).toBe('canary');
    const back = await machine.started(canary, 2);
    expect(back.webVersion).toBe(OLD);
    await machine.comesUp(back, canary, { build: OLD });
    await machine.pass(91);
    expect(machine.verdict(NEW)).toBe('bad');
    expect(machine.events('build.verdict').at(-1)?.data).toMatchObject({
      build: NEW,
      verdict: 'bad',
      capability: 'ids',
      sessions: [canary],
      fallback: OLD,
    });
    // No other session has ever run it, and none tries it again.
    expect(machine.engine.runs.filter((run) => run.webVersion !== OLD)).toHaveLength(1);
    expect(await machine.builds.lookForNew()).toBeNull();
  });

  test('is not blamed for a session that fails on the old one as well', async () => {
    const machine = await guarded();
    const canary = await canaryTries(machine, serves(machine, NEW));
    await machine.findsBroken(canary, 'text');
    const back = await machine.started(canary, 2);
    await machine.comesUp(back, canary, { build: OLD });
    await machine.findsBroken(canary, 'text');
    expect(machine.verdict(NEW)).toBe('unknown');
    expect(machine.store.builds.get(NEW)?.reason).toContain('its profile is the cause');
    expect(machine.events('build.verdict').every(({ data }) => data.verdict !== 'bad')).toBe(true);
  });

  test('from which there is no way back is judged by a second session', async () => {
    const machine = await guarded();
    const html = serves(machine, NEW, 201);
    const canary = await canaryTries(machine, html);
    await machine.findsBroken(canary, 'ids');
    const second = NAMES.find((name) => name !== canary) ?? '';
    const run = await machine.started(second, 1);
    expect(run.webVersion).toBe(NEW);
    await machine.comesUp(run, second, { build: NEW, databases: { 'model-storage': 201 } });
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('good');
    expect(machine.store.builds.get(NEW)?.reason).toContain(`${canary} has a trouble of its own`);
  });

  test('that cannot be looked at is tried as it is served, once a day', async () => {
    const machine = await guarded(['ana']);
    expect(await machine.builds.lookForNew()).toBeNull();
    await machine.pass(86_401);
    expect(await machine.builds.lookForNew()).toBe('ana');
    const run = await machine.started('ana', 1);
    expect(run.webVersion).toBeNull();
    await machine.comesUp(run, 'ana', { build: NEW, html: pageOf(NEW) });
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('good');
  });

  test('is not tried without a copy', async () => {
    const machine = await guarded();
    machine.copyWorks = false;
    serves(machine, NEW);
    const canary = await machine.builds.lookForNew();
    expect((await machine.started(canary ?? '', 1)).webVersion).toBe(OLD);
    expect(machine.store.builds.trials()).toEqual([]);
  });

  test('a crash in the middle of a trial ends nothing: it continues', async () => {
    const machine = await guarded();
    const canary = await canaryTries(machine, serves(machine, NEW));
    await machine.close();
    const again = await GuardedMachine.open({ isGuarded: true, pauseMs: 0 }, machine.dataDir);
    await again.sessions.load();
    again.builds.start();
    await again.ready(canary, { build: NEW });
    expect(again.engine.run.webVersion).toBe(NEW);
    await again.pass(601);
    expect(again.verdict(NEW)).toBe('good');
  });

  test('a session changes its build at most once an hour', async () => {
    const machine = await GuardedMachine.open({ isGuarded: true });
    await machine.keep(OLD, knobs(198), 'good');
    await machine.link('ana', NUMBERS);
    await machine.ready('ana', { build: OLD });
    serves(machine, NEW);
    // It came to its build just now.
    expect(await machine.builds.lookForNew()).toBeNull();
    await machine.keep(NEW, knobs(198), 'good');
    await machine.sessions.restart('ana');
    expect((await machine.started('ana', 1)).webVersion).toBe(OLD);
    await machine.pass(3601);
    await machine.sessions.restart('ana');
    expect((await machine.started('ana', 2)).webVersion).toBe(NEW);
  });
});

describe('live: no session is pinned', () => {
  test('what turned broken on a build is told, and one session alone blames none', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ana', null);
    await machine.ready('ana', { build: NEW, html: pageOf(NEW) });
    await machine.findsBroken('ana', 'ids');
    expect(machine.events('build.verdict').at(-1)?.data).toMatchObject({
      build: NEW,
      verdict: 'unknown',
      capability: 'ids',
      sessions: ['ana'],
    });
    expect(machine.runs('ana')).toBe(1);
  });

  test('two sessions with the same trouble blame it', async () => {
    const machine = await GuardedMachine.open();
    for (const name of ['ana', 'beto']) await machine.link(name, null);
    for (const name of ['ana', 'beto']) await machine.ready(name, { build: NEW, html: pageOf(NEW) });
    machine.broken.set('beto', ['ids']);
    await machine.findsBroken('ana', 'ids');
    expect(machine.events('build.verdict').at(-1)?.data).toMatchObject({ verdict: 'bad', sessions: ['ana', 'beto'] });
  });

  test('a wedged profile beside others that are well hands the trial on to them', async () => {
    const machine = await GuardedMachine.open();
    for (const name of NAMES) await machine.link(name, null);
    for (const name of NAMES) await machine.ready(name, { build: NEW, html: pageOf(NEW) });
    await machine.findsBroken('ana', 'ids');
    await machine.pass(1);
    await machine.pass(601);
    expect(machine.verdict(NEW)).toBe('good');
  });
});

import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { GuardedMachine, NEW, OLD } from './guarded-machine.ts';
import { knobs, pageOf } from './pages.ts';

describe('a pinned build', () => {
  test('opens a profile that is as old as it, or older', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 198, wawc: 14 });
    await machine.ready('ventas', { build: OLD });
    expect(machine.engine.run.webVersion).toBe(OLD);
    expect(machine.copies).toEqual([]);
  });

  test('never opens a profile that is newer, and the live page is no way out', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 201 });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    const refused = await machine.sessions.get('ventas');
    expect(refused).toMatchObject({ reason: 'web_version_unsafe', desired: 'running' });
    expect(refused.hint).toContain('model-storage has number 201 and the build goes to 198');
    expect(refused.hint).toContain('./leadmaster builds');
    expect(machine.engine.runs).toHaveLength(0);
  });

  test('opens a profile without a login, however new it is not known to be', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, {});
    await machine.sessions.create({ name: 'ventas', start: true, metadata: {} });
    expect((await machine.started('ventas', 0)).webVersion).toBe(OLD);
    expect(machine.drills).toBe(0);
  });

  test('whose page says nothing of its reach opens no login', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, {});
    await machine.link('ventas', { 'model-storage': 1 });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    expect((await machine.sessions.get('ventas')).reason).toBe('web_version_unsafe');
  });

  test('whose page is not here is told as missing', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.link('ventas', { 'model-storage': 198 });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    expect((await machine.sessions.get('ventas')).reason).toBe('web_version_missing');
  });

  test.each([
    ['cut in half', (page: string) => page.slice(0, page.length / 2)],
    ['cut behind its numbers', (page: string) => page.slice(0, page.indexOf('</script></head>'))],
    ['empty', () => ''],
    ['another text', () => '{"not":"a page"}'],
    ['changed in one character', (page: string) => page.replace('"1617":{"r":198}', '"1617":{"r":998}')],
  ])('whose page is %s is told as damaged and opened by no browser, until it is kept again', async (_, damage) => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    const page = pageOf(OLD, knobs(198));
    await writeFile(machine.pages.path(OLD), damage(page));
    await machine.link('ventas', { 'model-storage': 198 });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    const { reason, hint } = await machine.sessions.get('ventas');
    expect([reason, hint]).toEqual(['web_version_damaged', expect.stringContaining(machine.pages.path(OLD))]);
    // A new link loses nothing by it, and gets no damaged page either.
    await machine.sessions.create({ name: 'nueva', start: true, metadata: {} });
    await machine.until('nueva', 'ERROR');
    expect(machine.engine.runs).toHaveLength(0);
    expect((await machine.builds.builds())[0]?.kept).toBe(false);
    await machine.pages.keep(OLD, page);
    await machine.ready('ventas', { build: OLD });
    expect(machine.engine.run.webVersion).toBe(OLD);
  });

  test('whose page was kept before digests were is opened where it is whole', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    const page = pageOf(OLD, knobs(198));
    await writeFile(machine.pages.path(OLD), page.slice(0, -20));
    await machine.link('ventas', { 'model-storage': 198 });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    expect((await machine.sessions.get('ventas')).reason).toBe('web_version_damaged');
    await writeFile(machine.pages.path(OLD), page);
    await machine.ready('ventas', { build: OLD });
  });

  test('whose page a crash left between the old and the new is whole', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    const [before, after] = [pageOf(OLD, knobs(198)), pageOf(OLD, knobs(199))];
    await machine.pages.keep(OLD, before);
    await machine.pages.keep(OLD, after);
    // The digests come first: this is what lies there when the process ends before the page is written.
    await writeFile(machine.pages.path(OLD), before);
    expect(await machine.pages.read(OLD)).toBe(before);
  });

  test('whose scripts are gone from the host is not opened; what cannot be asked for does not matter', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 198 });
    machine.answer = (method, url) => ({ status: method === 'HEAD' && url.includes('b.js') ? 404 : 200, body: '' });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    const refused = await machine.sessions.get('ventas');
    expect(refused.reason).toBe('web_version_missing');
    expect(refused.hint).toContain('b.js');
    machine.answer = () => null;
    await machine.ready('ventas', { build: OLD });
  });

  test.each([
    ['a refusal', 500, ''],
    ['another page', 200, '<html></html>'],
    ['nothing', 200, 'null'],
    ['that it is well', 200, '{"isBroken":false,"isBelowHard":true}'],
  ])('is opened where WhatsApp answers %s when asked about it', async (_, status, body) => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 198 });
    machine.answer = (method) => (method === 'HEAD' ? { status: 200, body: '' } : { status, body });
    await machine.ready('ventas', { build: OLD });
  });

  test('that WhatsApp calls broken is not opened', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 198 });
    const asked = `https://web.whatsapp.com/check-update?version=${OLD}&platform=web`;
    machine.answer = (_, url) => ({ status: 200, body: url === asked ? '{"isBroken":true}' : '' });
    await machine.sessions.start('ventas');
    await machine.until('ventas', 'ERROR');
    const { reason, hint } = await machine.sessions.get('ventas');
    expect([reason, hint]).toEqual(['web_version_missing', expect.stringContaining('WhatsApp says that it is broken')]);
  });

  test('that goes further than the profile is opened after a copy', async () => {
    const machine = await GuardedMachine.open({ pinned: NEW });
    await machine.keep(NEW, knobs(201));
    await machine.link('ventas', { 'model-storage': 198 });
    await machine.ready('ventas', { build: NEW, databases: { 'model-storage': 201 } });
    expect(machine.copies).toEqual(['ventas']);
    expect((await machine.profiles.readRecord('ventas'))?.databases).toMatchObject({
      numbers: { 'model-storage': 201 },
      mayBeHigher: false,
    });
  });
});

describe('the numbers of a profile', () => {
  test('that were never noted are read once from a copy', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', null);
    machine.drilled = { 'model-storage': 198 };
    await machine.ready('ventas', { build: OLD });
    await machine.sessions.restart('ventas');
    await machine.started('ventas', 1);
    expect(machine.drills).toBe(1);
  });

  test('that cannot be read keep the session waiting', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', null);
    for (const nothing of [new Error('no browser'), {}]) {
      machine.drilled = nothing;
      await machine.sessions.start('ventas');
      await machine.until('ventas', 'ERROR');
      expect((await machine.sessions.get('ventas')).reason).toBe('web_version_unsafe');
    }
    expect(machine.engine.runs).toHaveLength(0);
  });

  test('are not believed after a page that may have raised them and was never READY', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ventas', { 'model-storage': 198 });
    const before = machine.runs('ventas');
    await machine.sessions.start('ventas');
    const run = await machine.started('ventas', before);
    run.tell({ type: 'page', build: NEW, html: pageOf(NEW, knobs(201)) });
    await machine.builds.idle();
    await machine.close();

    const pinned = await GuardedMachine.open({ pinned: OLD }, machine.dataDir);
    await pinned.keep(OLD, knobs(198));
    await pinned.sessions.load();
    pinned.drilled = { 'model-storage': 201 };
    await pinned.sessions.start('ventas');
    await pinned.until('ventas', 'ERROR');
    expect(pinned.drills).toBe(1);
    expect((await pinned.sessions.get('ventas')).reason).toBe('web_version_unsafe');
  });

  test('count as open while a page runs that may reload itself at any time, and are exact once it was stopped', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ventas', null);
    const run = await machine.ready('ventas', { build: OLD, html: pageOf(OLD) });
    const note = async () => (await machine.profiles.readRecord('ventas'))?.databases;
    expect(await note()).toMatchObject({ numbers: { 'model-storage': 198 }, mayBeHigher: true });
    run.tell({ type: 'page', build: NEW, html: pageOf(NEW, knobs(201)) });
    await machine.comesUp(run, 'ventas', { build: NEW, databases: { 'model-storage': 201 } });
    expect(await note()).toMatchObject({ numbers: { 'model-storage': 201 }, mayBeHigher: true });
    await machine.sessions.stop('ventas');
    expect(await note()).toMatchObject({ numbers: { 'model-storage': 201 }, mayBeHigher: false });
  });

  test('stay open after a page that was just loading, and after a browser that died', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ventas', null);
    const run = await machine.ready('ventas', { build: OLD, html: pageOf(OLD) });
    run.tell({ type: 'page', build: NEW, html: pageOf(NEW, knobs(201)) });
    await machine.sessions.stop('ventas');
    const note = async () => (await machine.profiles.readRecord('ventas'))?.databases;
    expect(await note()).toMatchObject({ mayBeHigher: true });
    const next = await machine.ready('ventas', { build: OLD });
    next.tell({ type: 'lost', reason: 'browser_died', detail: 'a test says so' });
    await machine.started('ventas', 2);
    expect(await note()).toMatchObject({ mayBeHigher: true });
  });

  test('never go down for one profile, and are not said of another', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ventas', { 'model-storage': 201 });
    await machine.profiles.noteDatabases('ventas', 1, {
      numbers: { 'model-storage': 198, wawc: 14 },
      mayBeHigher: false,
    });
    const note = (await machine.profiles.readRecord('ventas'))?.databases;
    expect(note?.numbers).toEqual({ 'model-storage': 201, wawc: 14 });
    await machine.profiles.noteDatabases('ventas', 2, { numbers: { 'model-storage': 300 }, mayBeHigher: false });
    expect((await machine.profiles.readRecord('ventas'))?.databases?.numbers).toEqual(note?.numbers);
  });
});

describe('the book', () => {
  test('learns of a page by its one self-test, and waits for no page that does not answer its own', async () => {
    const machine = await GuardedMachine.open();
    for (const name of ['ana', 'beto']) await machine.link(name, null);
    await machine.sessions.start('ana');
    const silent = await machine.started('ana', 0);
    silent.onProbe = () => new Promise(() => undefined);
    await machine.comesUp(silent, 'ana', { build: OLD, html: pageOf(OLD) });
    const answering = await machine.ready('beto', { build: OLD });
    expect((await machine.profiles.readRecord('beto'))?.databases?.numbers).toEqual({ 'model-storage': 198 });
    expect(machine.store.builds.get(OLD)?.opened).toEqual({ 'model-storage': 198 });
    expect([silent.probes, answering.probes]).toEqual([1, 1]);
    // What hangs on one network question holds nothing up either.
    machine.ask = () => new Promise(() => undefined);
    void machine.builds.lookForNew();
    await machine.builds.advance();
  });

  test('keeps the page that WhatsApp served, and knows who was READY on it', async () => {
    const machine = await GuardedMachine.open();
    await machine.link('ventas', null);
    await machine.ready('ventas', { build: OLD, html: pageOf(OLD) });
    expect(await machine.pages.read(OLD)).toBe(pageOf(OLD));
    expect(await machine.builds.builds()).toEqual([
      {
        build: OLD,
        sessions: 1,
        firstSeenAt: machine.clock.toISOString(),
        lastReadyAt: machine.clock.toISOString(),
        verdict: 'unknown',
        reason: '',
        schema: 198,
        kept: true,
      },
    ]);
    await machine.sessions.stop('ventas');
    expect((await machine.builds.builds())[0]?.sessions).toBe(0);
    expect(machine.events('build.seen').map(({ data }) => data.build)).toEqual([OLD]);
  });

  test('tells when another build runs than the one that was pinned', async () => {
    const machine = await GuardedMachine.open({ pinned: OLD });
    await machine.keep(OLD, knobs(198));
    await machine.link('ventas', { 'model-storage': 198 });
    await machine.ready('ventas', { build: NEW, html: pageOf(NEW, knobs(201)), databases: { 'model-storage': 201 } });
    expect(machine.events('build.seen').at(-1)?.data).toMatchObject({ build: NEW, wanted: OLD });
    expect(machine.store.builds.session('ventas')).toMatchObject({ wanted: OLD, running: NEW });
    // What it has raised by that keeps the pinned one out from now on.
    await machine.sessions.restart('ventas');
    await machine.until('ventas', 'ERROR');
    expect((await machine.sessions.get('ventas')).reason).toBe('web_version_unsafe');
  });

  test('keeps ten pages, of them what is good and what runs', async () => {
    const machine = await GuardedMachine.open();
    const build = (n: number): string => `2.3000.104319${1000 + n}`;
    await machine.keep(build(0), knobs(198), 'good');
    for (let n = 1; n <= 12; n += 1) await machine.keep(build(n), knobs(198));
    await machine.link('ventas', null);
    await machine.ready('ventas', { build: build(13), html: pageOf(build(13)) });
    const kept = (await machine.pages.list()).sort();
    expect(kept).toHaveLength(10);
    expect(kept).toEqual(expect.arrayContaining([build(0), build(13), build(12)]));
    expect(kept).not.toContain(build(1));
  });
});

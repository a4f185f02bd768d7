import { writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { captureProfile } from '@leadmaster/capture';
import { describe, expect, test } from 'vitest';
import { looksFrom } from '../../src/state/sessions.ts';
import { received } from '../event-samples.ts';
import { LARGE, NAME, owners, twoMachines } from './machines.ts';

describe('a transfer', () => {
  test('moves a running session: MOVED here with its profile in trash, started there under a higher generation', async () => {
    const { here, there } = await twoMachines();
    // The browsers are played: there is no real one to stop for a copy.
    here.capture = (request) => captureProfile({ ...request, browser: null });
    const moved = await here.transfer();
    expect(moved).toMatchObject({ state: 'MOVED', desired: 'stopped', generation: 1 });
    expect(await there.session()).toMatchObject({ state: 'READY', desired: 'running', generation: 2 });
    expect([here.engine.alive.length, there.engine.alive.length]).toEqual([0, 1]);
    expect(await here.profiles.listTrash()).toMatchObject([{ session: NAME, reason: 'transferred', generation: 1 }]);
    expect(await there.read('Default/large')).toEqual(LARGE);
    expect((await there.read('Default/empty')).length).toBe(0);
    expect((await there.read('Default/twin-b')).toString()).toBe('the same');
    // Two files with any content: each may be written to.
    const [a, b] = await Promise.all(
      ['twin-a', 'twin-b'].map((name) => stat(join(there.profiles.locate(NAME), 'Default', name))),
    );
    expect(a?.ino).not.toBe(b?.ino);
    expect([await here.staged(), await there.staged()]).toEqual([[], []]);
  });

  test('sends most of it while the session runs, and then only what has changed', async () => {
    const { here } = await twoMachines();
    const running: [string, number][] = [];
    here.fault = (step, when) => {
      if (when === 'before') running.push([step, here.engine.alive.length]);
    };
    await here.transfer();
    const stopped = running.filter(([, alive]) => alive === 0).map(([step]) => step);
    expect(running.filter(([step, alive]) => step === 'send' && alive === 1).length).toBeGreaterThan(4);
    // The record alone: the end of the run marks it.
    expect(stopped).toEqual(['missing', 'send', 'seal', 'commit']);
  });

  test('sends again before it stops the session what was written while a sending took long', async () => {
    const { here, there } = await twoMachines();
    await here.close();
    here.longMs = 0;
    await here.open();
    await here.session();
    const sent: number[] = [];
    let isWritten = false;
    here.fault = (step, when) => {
      if (when === 'before' && step === 'send') sent.push(here.engine.alive.length);
      if (when === 'after' && step === 'send' && !isWritten) {
        isWritten = true;
        writeFileSync(join(here.profiles.locate(NAME), 'Default/late'), 'written late');
      }
    };
    await here.transfer();
    expect(here.steps.filter((step) => step === 'missing')).toHaveLength(4);
    // The record alone is left for the stop: the end of the run marks it.
    expect(sent.filter((alive) => alive === 0)).toHaveLength(1);
    expect((await there.read('Default/late')).toString()).toBe('written late');
  });

  test('sends what was written while it was on its way', async () => {
    const { here, there } = await twoMachines();
    here.fault = (step, when) => {
      if (step === 'missing' && when === 'after') void here.write('Default/late', 'written late');
    };
    here.onceStopped(() => here.write('Default/later', 'the last'));
    await here.transfer();
    expect((await there.read('Default/late')).toString()).toBe('written late');
    expect((await there.read('Default/later')).toString()).toBe('the last');
  });

  test('is over once the session has started there: until then nothing else is done for it on either machine', async () => {
    const { here, there } = await twoMachines();
    const atCommit: unknown[] = [];
    here.fault = (step, when) => {
      if (step === 'commit' && when === 'after') atCommit.push(there.store.sessions.get(NAME)?.state, here.kept.length);
    };
    await here.transfer();
    expect(atCommit).toEqual(['READY', 0]);
  });

  test('keeps a stopped session stopped', async () => {
    const { here, there } = await twoMachines();
    await here.sessions.stop(NAME);
    await here.transfer();
    expect(await there.session()).toMatchObject({ state: 'STOPPED', desired: 'stopped', generation: 2 });
    expect(there.engine.runs).toEqual([]);
  });

  test('goes there and back again, each time above the last generation, with metadata and account', async () => {
    const { here, there } = await twoMachines();
    here.store.sessions.setMetadata(NAME, { team: 'south' });
    for (let round = 0; round < 2; round += 1) {
      await here.transfer();
      expect(await owners(here, there)).toBe(1);
      await there.transfer();
      expect(await owners(here, there)).toBe(1);
    }
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 5, metadata: { team: 'south' } });
    expect(await here.read('Default/large')).toEqual(LARGE);
    expect(await there.session()).toMatchObject({ state: 'MOVED' });
  });

  test('tells no message twice: what was told here is known there', async () => {
    const { here, there } = await twoMachines();
    const message = {
      ids: ['false_5491100000001@c.us_A', 'false_7001@lid_A'],
      at: new Date().toISOString(),
      news: () => received({ text: 'Hola' }),
    };
    here.store.inbox.receive(NAME, message);
    const row = here.store.sessions.get(NAME);
    const begins = row === null ? null : looksFrom(row);
    await here.transfer();
    for (const id of message.ids) expect(there.store.inbox.receive(NAME, { ...message, ids: [id] })).toBeNull();
    expect(there.store.inbox.receive(NAME, { ...message, ids: ['false_5491100000001@c.us_B'] })).not.toBeNull();
    const [{ since } = { since: null }] = there.engine.run.looks;
    expect(since).toEqual(begins);
  });

  test('tells of itself on both sides', async () => {
    const { here, there } = await twoMachines();
    await here.transfer();
    const told = async (machine: typeof here) => {
      const page = await machine.sessions.events({
        ...{ session: NAME, after: 0, limit: 100, waitMs: 0 },
        signal: AbortSignal.timeout(1000),
      });
      return page.items.filter((event) => event.type === 'session.moved').map(({ data }) => data.direction);
    };
    expect([await told(here), await told(there)]).toEqual([['away'], ['here']]);
  });

  test('keeps a copy of how it left', async () => {
    const { here } = await twoMachines();
    here.onceStopped(() => here.write('Default/later', 'the last'));
    await here.transfer();
    expect(here.kept).toEqual([expect.arrayContaining(['Default/later', 'Default/large'])]);
  });
});

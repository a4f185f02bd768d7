import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sessionsUnderWay } from '../../src/transfer/departure-facts.ts';
import { cut, LARGE, type Machine, NAME, owners, type Step, twoMachines } from './machines.ts';

const WHEN = ['before', 'after'] as const;
/** Before the first step, and after each of them until the commit: before the next is the same. */
const EARLY: readonly (readonly [Step, 'before' | 'after'])[] = [
  ['prepare', 'before'],
  ['prepare', 'after'],
  ['missing', 'after'],
  ['send', 'after'],
  ['seal', 'after'],
];

/** Fails a step the first time it comes, and cuts everything after it until the test repairs the line. */
function cutAt(machine: Machine, step: Step, when: 'before' | 'after'): void {
  let isCut = false;
  machine.fault = (at, moment) => {
    isCut ||= at === step && moment === when;
    if (isCut) throw cut();
  };
}

function repair(...machines: Machine[]): void {
  for (const machine of machines) machine.fault = () => undefined;
}

async function expectMoved(here: Machine, there: Machine): Promise<void> {
  expect(await there.session()).toMatchObject({ state: 'READY', desired: 'running' });
  expect(await there.read('Default/large')).toEqual(LARGE);
  expect(await here.session()).toMatchObject({ state: 'MOVED' });
  expect(await owners(here, there)).toBe(1);
  expect([await here.staged(), await there.staged()]).toEqual([[], []]);
}

describe('a line that is cut', () => {
  test.each(EARLY)(
    'at %s, %s it: the session stays here and runs, and the command said again moves it',
    async (...at) => {
      const { here, there } = await twoMachines();
      cutAt(here, ...at);
      await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_failed' });
      expect(await owners(here, there)).toBe(1);
      expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
      repair(here);
      const sent = here.steps.length;
      await here.transfer();
      await expectMoved(here, there);
      // What has come before the line was cut is not sent again.
      const again = here.steps.slice(sent).filter((step) => step === 'send').length;
      const before = here.steps.slice(0, sent).filter((step) => step === 'send').length;
      if (at[0] === 'seal') expect(again).toBeLessThan(before / 2);
    },
  );

  test.each(WHEN)('at the commit, %s it: it never runs twice, and the repeated command finishes', async (when) => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', when);
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished', hint: /Repeat the command/ });
    expect(await here.session()).toMatchObject({ state: 'MOVED' });
    expect(await there.owns()).toBe(when === 'after');
    repair(here);
    await here.transfer();
    await expectMoved(here, there);
  });

  test('for a moment at the commit is not even noticed', async () => {
    const { here, there } = await twoMachines();
    let answers = 0;
    here.fault = (step, when) => {
      if (step === 'commit' && when === 'after' && ++answers === 1) throw cut();
    };
    await here.transfer().catch((error: unknown) => expect(error).toMatchObject({ code: 'transfer_unfinished' }));
    await here.transfer();
    await expectMoved(here, there);
  });

  test('at the commit: --undo brings it back, and it can be moved again', async () => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    // Not without the other's word.
    await expect(here.transfer({ undo: true })).rejects.toMatchObject({ code: 'transfer_unfinished' });
    expect(await owners(here, there)).toBe(0);
    repair(here);
    await here.transfer({ undo: true });
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 2 });
    expect(await here.read('Default/large')).toEqual(LARGE);
    expect([await owners(here, there), await there.session(), await there.staged()]).toEqual([1, null, []]);
    await here.transfer();
    await expectMoved(here, there);
  });

  test('while it is taken back: the same command, or the transfer itself, continues', async () => {
    for (const undo of [true, false]) {
      const { here, there } = await twoMachines();
      cutAt(here, 'commit', 'before');
      await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
      repair(here);
      cutAt(here, 'abort', 'after');
      await expect(here.transfer({ undo: true })).rejects.toMatchObject({ code: 'transfer_unfinished' });
      repair(here);
      await here.transfer({ undo });
      if (undo) expect(await here.session()).toMatchObject({ state: 'READY', generation: 2 });
      else await expectMoved(here, there);
      expect(await owners(here, there)).toBe(1);
    }
  });

  test('--undo of what has arrived is refused: it belongs to the other machine', async () => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'after');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    await expect(here.transfer({ undo: true })).rejects.toMatchObject({ code: 'transfer_committed' });
    expect([await here.owns(), await there.owns()]).toEqual([false, true]);
    await here.transfer();
    await expectMoved(here, there);
  });

  test('--undo with nothing begun changes nothing', async () => {
    const { here } = await twoMachines();
    await here.transfer({ undo: true });
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
    expect(here.steps).toEqual([]);
  });

  test('--undo of what has long arrived says so', async () => {
    const { here, there } = await twoMachines();
    await here.transfer();
    await expect(here.transfer({ undo: true })).rejects.toMatchObject({ code: 'transfer_committed' });
    expect(await there.owns()).toBe(true);
  });
});

describe('a session that has come back another way than it was last asked for', () => {
  test('is transferred as what it is now', async () => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'after');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    await there.transfer();
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 3 });
    await expect(here.sessions.restart(NAME)).resolves.toBeDefined();
    await here.transfer();
    expect(await there.session()).toMatchObject({ state: 'READY', generation: 4 });
    expect(await owners(here, there)).toBe(1);
    await there.transfer();
    await here.sessions.delete(NAME);
    expect(await here.session()).toBeNull();
  });
});

describe('a machine that dies', () => {
  test.each(EARLY)('here at %s, %s it: the session is here at the next start, and moves then', async (...at) => {
    const { here, there } = await twoMachines();
    const died = dieAt(here, ...at);
    await expect(here.transfer()).rejects.toBeDefined();
    await died();
    expect(await owners(here, there)).toBe(1);
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
    await here.transfer();
    await expectMoved(here, there);
  });

  test.each(WHEN)('here at the commit, %s it: finished by the command said again', async (when) => {
    const { here, there } = await twoMachines();
    const died = dieAt(here, 'commit', when);
    await expect(here.transfer()).rejects.toBeDefined();
    await died();
    expect(await here.session()).toMatchObject({ state: 'MOVED' });
    expect(await there.owns()).toBe(when === 'after');
    await here.transfer();
    await expectMoved(here, there);
  });

  test.each(EARLY)('there at %s, %s it: the session stays here, and the command said again moves it', async (...at) => {
    const { here, there } = await twoMachines();
    const died = dieAt(there, ...at, here);
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_failed' });
    await died();
    expect(await owners(here, there)).toBe(1);
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
    await here.transfer();
    await expectMoved(here, there);
  });

  test('there between the seal and the commit: what was sealed is whole at the next start', async () => {
    const { here, there } = await twoMachines();
    const died = dieAt(there, 'commit', 'before', here);
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    await died();
    expect(await there.session()).toMatchObject({ state: 'STOPPED' });
    expect(await owners(here, there)).toBe(0);
    await here.transfer();
    await expectMoved(here, there);
  });

  test('there within the commit: finished at the next start, without being asked', async () => {
    for (const call of ['sessions.tellFrom', 'inbox.toldElsewhere', 'events.append']) {
      const { here, there } = await twoMachines();
      let isOn = false;
      here.fault = (step, when) => {
        if (step === 'commit' && when === 'before' && !isOn) {
          isOn = true;
          there.faults.fails = (name) => name === call;
        }
      };
      await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
      await there.restart();
      expect(await there.session(), call).toMatchObject({ state: 'READY', generation: 2 });
      expect(await owners(here, there)).toBe(1);
      repair(here);
      await here.transfer();
      await expectMoved(here, there);
    }
  });
});

describe('what the other machine has to be told', () => {
  test('is not deleted before it was taken, or taken back', async () => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    await expect(here.sessions.delete(NAME)).rejects.toMatchObject({ code: 'transfer_open', hint: /--undo/ });
    expect(sessionsUnderWay(here.store)).toEqual(new Set([NAME]));
    await expect(here.sessions.delete(NAME, { purge: true })).rejects.toMatchObject({ code: 'transfer_open' });
    repair(here);
    await here.transfer();
    expect(sessionsUnderWay(here.store)).toEqual(new Set());
    await here.sessions.delete(NAME);
    expect(await here.session()).toBeNull();
    expect(await there.owns()).toBe(true);
  });

  test('is not handed over where its deletion is ordered while it is sent: it is in the trash here, and nowhere else', async () => {
    const { here, there } = await twoMachines();
    let deleted: Promise<unknown> | null = null;
    here.fault = (step) => {
      if (step === 'seal') deleted ??= here.sessions.delete(NAME).catch((error: { code: string }) => error.code);
    };
    await expect(here.transfer()).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await deleted).toBeUndefined();
    expect(await owners(here, there)).toBe(0);
    expect((await here.profiles.listTrash()).map(({ session }) => session)).toEqual([NAME]);
  });

  test.each([
    ['finished', {}],
    ['taken back', { undo: true }],
  ])('is %s by another address of the same machine, which is remembered', async (how, wanted) => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    const to = 'https://tunnel.example:3701';
    cutAt(here, 'commit', 'before');
    await expect(here.transfer({ to })).rejects.toMatchObject({ code: 'transfer_unfinished', extra: { to } });
    repair(here);
    expect((await here.session())?.hint).toContain(to);
    await here.transfer({ ...wanted, to });
    expect(await owners(here, there)).toBe(1);
    expect(await (how === 'finished' ? there : here).owns()).toBe(true);
  });

  test('that was only begun is begun again from another address of the same machine, and uses what has arrived', async () => {
    const { here, there } = await twoMachines();
    const died = dieAt(here, 'seal', 'after');
    await expect(here.transfer()).rejects.toBeDefined();
    await died();
    await here.transfer({ to: 'https://tunnel.example:3701' });
    await expectMoved(here, there);
  });

  test('says in its hint what works, and that it can be deleted only when it does', async () => {
    const { here } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    const open = (await here.session())?.hint;
    expect(open).toMatch(/transfer ventas --to https:\/\/other\.example:3001.*--undo/);
    await here.transfer();
    expect((await here.session())?.hint).toMatch(/session delete ventas" takes it off/);
  });

  test('goes to that machine and to no other', async () => {
    const { here, there } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    here.other = here;
    const elsewhere = { to: 'https://third.example:3001' };
    await expect(here.transfer(elsewhere)).rejects.toMatchObject({ code: 'transfer_open', hint: /other\.example/ });
    await expect(here.transfer({ ...elsewhere, undo: true })).rejects.toMatchObject({ code: 'transfer_open' });
    here.other = there;
    cutAt(here, 'look', 'before');
    await expect(here.transfer(elsewhere)).rejects.toMatchObject({ code: 'transfer_open', message: /the line is cut/ });
    repair(here);
    await here.transfer();
    await expectMoved(here, there);
  });

  test('cannot come back when its profile is gone from the trash, and says what to do', async () => {
    const { here } = await twoMachines();
    cutAt(here, 'commit', 'before');
    await expect(here.transfer()).rejects.toMatchObject({ code: 'transfer_unfinished' });
    repair(here);
    const [trashed] = await here.profiles.listTrash();
    await rm(trashed?.path ?? join(here.dataDir, 'none'), { recursive: true });
    await expect(here.transfer({ undo: true })).rejects.toMatchObject({ code: 'login_missing', hint: /snapshot/ });
  });
});

describe('one command at a time', () => {
  test('is refused while another is at work', async () => {
    const { here } = await twoMachines();
    const first = here.transfer();
    await expect(here.transfer()).rejects.toMatchObject({ code: 'wrong_state' });
    await first;
  });

  test('is given up when the service ends, and the session is here at the next start', async () => {
    const { here, there } = await twoMachines();
    const ending = new AbortController();
    here.fault = (step) => {
      if (step === 'seal') ending.abort(new Error('the service ends'));
    };
    await expect(here.transfer({}, ending.signal)).rejects.toThrow('the service ends');
    repair(here);
    await here.close();
    await here.open();
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
    await here.transfer();
    await expectMoved(here, there);
  });
});

/** Has a machine die at a step of a transfer. Returns what starts it again. */
function dieAt(dying: Machine, step: Step, when: 'before' | 'after', asking = dying): () => Promise<void> {
  let death: Promise<void> | null = null;
  asking.fault = (at, moment) => {
    if (at === step && moment === when) death ??= dying.die();
    if (death !== null) throw cut();
  };
  return async () => {
    await death;
    expect(death).not.toBeNull();
    repair(asking);
    await dying.open();
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test, vi } from 'vitest';
import { folderOf, groupName, moveInto } from '../src/freeze/cgroup-files.ts';
import { type Freezer, freezerFor, thawStrays } from '../src/freeze/index.ts';
import { BrowserGroup, isGone, onLinux, type ProcessIdentity, readProcess } from '../src/process/index.ts';
import { Victim } from './victim.ts';

const METHODS = ['cgroup', 'sigstop'] as const;
type Method = (typeof METHODS)[number];

function soon(): number {
  return performance.now() + 5000;
}

/** The method's freezer for it; skips the test where the system has no such method. */
function freezerOf(context: TestContext, browser: ProcessIdentity, method: Method): Freezer {
  const freezer = freezerFor(browser, [method, 'sigstop']);
  if (freezer.method !== method) context.skip('control groups cannot be written to here');
  return freezer;
}

describe.each(METHODS)('%s', (method) => {
  test('holds every process, also those that are just being started, and lets them go', async (context) => {
    const victim = await Victim.start();
    const freezer = freezerOf(context, victim.identity, method);
    for (let round = 0; round < 5; round += 1) {
      freezer.prepare(soon());
      await victim.writes();
      freezer.freeze(soon());
      expect(freezer.holds()).toBe(true);
      expect(await victim.standsStill()).toBe(true);
      freezer.thaw();
      await victim.writes();
      expect(freezer.holds()).toBe(false);
    }
    freezer.thaw();
    await victim.writes();
  });

  test('a process that was woken by another program is noticed', async (context) => {
    const victim = await Victim.start();
    const freezer = freezerOf(context, victim.identity, method);
    freezer.prepare(soon());
    freezer.freeze(soon());
    expect(thawStrays([victim.identity])).toBe(1);
    expect(freezer.holds()).toBe(false);
    freezer.thaw();
  });

  test('one whose main process is killed meanwhile is noticed, and what is left of it continues', async (context) => {
    const victim = await Victim.start();
    const freezer = freezerOf(context, victim.identity, method);
    freezer.prepare(soon());
    freezer.freeze(soon());
    const others = new BrowserGroup(victim.identity).members().filter(({ pid }) => pid !== victim.identity.pid);
    process.kill(victim.identity.pid, 'SIGKILL');
    await expect.poll(() => isGone(readProcess(victim.identity.pid))).toBe(true);
    expect(freezer.holds()).toBe(false);
    freezer.thaw();
    await victim.writes();
    for (const { pid } of others) if (readProcess(pid) !== null) process.kill(pid, 'SIGKILL');
  });

  test('one that has ended is not frozen', async (context) => {
    const victim = await Victim.start();
    const freezer = freezerOf(context, victim.identity, method);
    freezer.prepare(soon());
    await victim.end();
    expect(() => freezer.freeze(soon())).toThrow(/ended while/);
    freezer.thaw();
  });

  test('what a killed service left frozen continues after the next start', async (context) => {
    const group = groupApart();
    const victim = await Victim.start();
    if (group !== null) moveInto(group, victim.identity.pid);
    freezerOf(context, victim.identity, method);
    await freezeAndDie(victim, method);
    expect(thawStrays([victim.identity])).toBe(1);
    await victim.writes();
    expect(thawStrays([victim.identity])).toBe(0);
  });
});

/** A control group where a capture elsewhere on this machine does not look for what the dead have left; null where there is none. */
function groupApart(): string | null {
  const parent = folderOf(process.pid);
  if (parent === null) return null;
  const folder = madeIn(parent);
  if (folder === null) return null;
  onTestFinished(() =>
    vi.waitFor(() => {
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory()) rmdirSync(join(folder, entry.name));
      rmdirSync(folder);
    }),
  );
  return folder;
}

function madeIn(parent: string): string | null {
  try {
    return mkdtempSync(join(parent, 'leadmaster-test-'));
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** A service freezes it, and is killed. */
async function freezeAndDie(victim: Victim, method: 'cgroup' | 'sigstop'): Promise<void> {
  const script = join(import.meta.dirname, 'fixtures', 'freeze-and-hang.ts');
  const service = spawn(process.execPath, [script, method, String(victim.identity.pid)]);
  onTestFinished(() => void service.kill('SIGKILL'));
  await once(service.stdout, 'data');
  service.kill('SIGKILL');
  await once(service, 'exit');
}

test('a stranger who has the pid now is left alone', async () => {
  const victim = await Victim.start();
  const old = { ...victim.identity, startTicks: victim.identity.startTicks - 1 };
  const freezer = freezerFor(old, ['sigstop']);
  freezer.prepare(soon());
  expect(() => freezer.freeze(soon())).toThrow(/ended while/);
  freezer.thaw();
  await victim.writes();
});

test('a control group names who is in it and who made it, is used again, and goes with the browser', async (context) => {
  const victim = await Victim.start();
  const maker = readProcess(process.pid);
  if (!onLinux || maker === null) return context.skip('not Linux');
  freezerOf(context, victim.identity, 'cgroup').prepare(soon());
  const folder = folderOf(victim.identity.pid) ?? '';
  expect(folder.endsWith(groupName(victim.identity, maker))).toBe(true);
  freezerOf(context, victim.identity, 'cgroup').prepare(soon());
  expect(folderOf(victim.identity.pid)).toBe(folder);
  await victim.end();
  // The kernel lets go of it a moment after its last process has ended.
  await expect
    .poll(() => {
      thawStrays([]);
      return readdirSync(dirname(folder));
    })
    .not.toContain(groupName(victim.identity, maker));
});

test('where nothing can stop it, that is said', async () => {
  const victim = await Victim.start();
  expect(() => freezerFor(victim.identity, [])).toThrow(
    expect.objectContaining({ code: 'capture_failed', hint: expect.stringContaining('stopped') }),
  );
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BrowserGroup,
  bootId,
  commandLine,
  endGroup,
  groupMembers,
  identify,
  identifyChild,
  isGone,
  listProcesses,
  parsePs,
  parseStat,
  processTree,
  readProcess,
} from '@leadmaster/capture/processes';
import { describe, expect, test } from 'vitest';
import { cleanUp, tempFolder } from '../profile/helpers.ts';
import { until } from './browsers.ts';

describe('one process', () => {
  test('ourselves', () => {
    const me = readProcess(process.pid);
    expect(me).toMatchObject({ pid: process.pid, ppid: process.ppid });
    expect(me?.startTicks).toBeGreaterThan(0);
    expect(me?.threads).toBeGreaterThan(1);
    expect(isGone(me)).toBe(false);
    expect(readProcess(process.pid)?.startTicks).toBe(me?.startTicks);
    expect(listProcesses().some((p) => p.pid === process.pid)).toBe(true);
    expect(commandLine(process.pid)[0]).toContain('node');
    expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('one that does not exist', () => {
    const free = 2 ** 22 + 1;
    expect(readProcess(free)).toBeNull();
    expect(identify(free)).toBeNull();
    expect(commandLine(free)).toEqual([]);
    expect(isGone(null)).toBe(true);
  });

  test('a name of blanks and brackets does not shift the fields', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a ) S 1 (b');
    await copyFile('/bin/sleep', path);
    const child = spawn(path, ['60'], { stdio: 'ignore' });
    cleanUp(() => child.kill('SIGKILL'));
    await until(() => readProcess(child.pid ?? 0)?.comm === 'a ) S 1 (b');
    expect(readProcess(child.pid ?? 0)).toMatchObject({ pid: child.pid, ppid: process.pid });
    expect(commandLine(child.pid ?? 0)).toEqual([path, '60']);
  });

  test('garbage is no process', () => {
    for (const text of ['', 'x', '1 (a', '1 (a) S', '1 (a) S 1 2 3', ') 1 (']) expect(parseStat(text)).toBeNull();
  });

  test('the lines of ps', () => {
    const [line] = parsePs(
      '  812   700   812 Ss   Sat Nov 22 12:10:39 2025     /opt/chrome --user-data-dir=/a b --type=x\nnonsense\n',
    );
    expect(line).toMatchObject({ pid: 812, ppid: 700, pgid: 812, state: 'S' });
    expect(line?.command).toBe('/opt/chrome --user-data-dir=/a b --type=x');
    expect(line?.startTicks).toBe(Math.floor(new Date('Sat Nov 22 12:10:39 2025').getTime() / 1000));
  });
});

/** A group of shells: a leader, a child, and a grandchild; prints "ready" when all are there. */
async function startGroup(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = child.pid ?? 0;
  cleanUp(() => {
    for (const p of groupMembers(pid)) process.kill(p.pid, 'SIGKILL');
  });
  await once(child.stdout, 'data');
  const identity = identify(pid);
  if (identity === null) throw new Error('did not start');
  return { child, identity };
}

describe('a group', () => {
  test('is ended whole, also those who ignore every signal that can be ignored', async () => {
    const { identity } = await startGroup(
      "trap '' INT TERM HUP; (trap '' INT TERM HUP; sleep 60 & wait) & sleep 0.2; echo ready; while :; do sleep 1; done",
    );
    expect(identity.pgid).toBe(identity.pid);
    expect(processTree(identity.pid).length).toBeGreaterThanOrEqual(3);
    const started = performance.now();
    const ended = await endGroup(identity, { termMs: 200, killMs: 5000 });
    expect(ended.found.length).toBeGreaterThanOrEqual(3);
    expect(ended.killed.length).toBeGreaterThanOrEqual(3);
    expect(groupMembers(identity.pgid)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await endGroup(identity, { termMs: 200, killMs: 5000 })).toEqual({ found: [], killed: [] });
  });

  test('one that listens ends by itself', async () => {
    const { identity } = await startGroup('trap "exit 0" INT; echo ready; while :; do sleep 0.05; done');
    const ended = await endGroup(identity, { termMs: 5000, killMs: 5000 });
    expect(ended).toMatchObject({ killed: [] });
  });

  test('a stopped one hears it as well', async () => {
    const { identity } = await startGroup('sleep 60 & trap "kill $!; exit 0" INT; echo ready; wait');
    process.kill(-identity.pgid, 'SIGSTOP');
    await until(() => readProcess(identity.pid)?.state === 'T');
    expect((await endGroup(identity, { termMs: 5000, killMs: 5000 })).killed).toEqual([]);
    const other = (await startGroup('echo ready; sleep 60')).identity;
    process.kill(-other.pgid, 'SIGSTOP');
    expect((await endGroup(other, { termMs: 0, killMs: 5000 })).killed.length).toBeGreaterThan(0);
  });

  test('with a dead leader: members seen before are ended, unseen ones are not touched', async () => {
    const script = 'sleep 60 & sleep 61 & echo ready; wait';
    const seen = await startGroup(script);
    const group = new BrowserGroup(seen.identity);
    expect(group.members().length).toBe(3);
    process.kill(seen.identity.pid, 'SIGKILL');
    await until(() => isGone(readProcess(seen.identity.pid)));
    expect(group.members().length).toBe(2);
    group.kill();
    expect(await group.gone(3000)).toBe(true);

    const unseen = await startGroup(script);
    process.kill(unseen.identity.pid, 'SIGKILL');
    await once(unseen.child, 'exit');
    expect(await endGroup(unseen.identity, { termMs: 0, killMs: 1000 })).toEqual({ found: [], killed: [] });
    const left = groupMembers(unseen.identity.pgid);
    expect(left.length).toBe(2);
    // With one of them known, the whole group is proven ours.
    const known = left.slice(0, 1);
    expect((await endGroup(unseen.identity, { termMs: 0, killMs: 3000, known })).killed.length).toBe(2);
    expect(groupMembers(unseen.identity.pgid)).toEqual([]);
  });

  test('a pid that belongs to another process by now is left alone', async () => {
    const { identity } = await startGroup('echo ready; sleep 60');
    const stranger = { ...identity, startTicks: identity.startTicks - 1 };
    expect(await endGroup(stranger, { termMs: 100, killMs: 1000 })).toEqual({ found: [], killed: [] });
    expect(isGone(readProcess(identity.pid))).toBe(false);
  });

  test('our own group is never signalled: a browser started inside it is ended process by process', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 60 & echo ready; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const identity = identify(child.pid ?? 0);
    if (identity === null) throw new Error('did not start');
    expect(identity.pgid).not.toBe(identity.pid);
    expect((await endGroup(identity, { termMs: 0, killMs: 3000 })).killed.length).toBe(2);
    expect(isGone(readProcess(process.pid))).toBe(false);
  });
});

test('zombies count as gone, also while they are not collected', async () => {
  // The shell becomes a sleeping program that never waits for its child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  cleanUp(() => parent.kill('SIGKILL'));
  const [data] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(data.toString().trim());
  await until(() => readProcess(pid)?.state === 'Z');
  expect(isGone(readProcess(pid))).toBe(true);
  expect(identify(pid)).toBeNull();
});

test('a child that ends at once is known anyway, in the turn that spawned it', async () => {
  const child = spawn('/bin/true', { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const deadline = performance.now() + 10_000;
  // Without leaving this turn: Node would collect it.
  while (readProcess(pid)?.state !== 'Z' && performance.now() < deadline);
  expect(identify(pid)).toBeNull();
  const identity = identifyChild(pid);
  expect(identity).toMatchObject({ pid, pgid: pid });
  await once(child, 'exit');
  expect(identifyChild(pid)).toBeNull();
});

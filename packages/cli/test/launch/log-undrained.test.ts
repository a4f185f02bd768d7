import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SmallDisk } from '../../../session-manager/test/real/small-disk.ts';
import { exitOf } from './fake-checkout.ts';
import { answers, ask, serviceUnder } from './real-service.ts';

async function droppedLines(port: number): Promise<number> {
  const metrics = (await ask(port, '/metrics')) ?? '';
  return Number(/^leadmaster_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);
}

async function endsInOrder(child: ChildProcess): Promise<void> {
  const late = sleep(15_000, 'alive 15 s after SIGTERM', { ref: false });
  child.kill('SIGTERM');
  expect(await Promise.race([exitOf(child), late])).toBe(0);
}

const COMMANDS = ['session-manager', 'hub', 'start'];

test.each(COMMANDS)(
  'the log of %s is a full device: it serves, counts dropped lines and ends in order',
  async (which) => {
    const { child, port } = await serviceUnder(`exec "$NODE" "$SERVICE" ${which} >/dev/full`);
    await answers(port);
    await expect.poll(() => droppedLines(port), { timeout: 20_000 }).toBeGreaterThan(0);
    await endsInOrder(child);
  },
);

/** `sh` says the pid of the service and its exit code, since its output is a pipe without a reader. */
const unread = (which: string) =>
  `{ sh -c 'echo "pid $$" >&2; exec "$NODE" "$SERVICE" ${which}'; echo "rc $?" >&2; } | sleep 60`;

test.each([
  ['session-manager', 'json', 40],
  ['session-manager', 'pretty', 100],
  ['start', 'json', 40],
])('the log of %s (%s) is a pipe that is never read: it serves and ends in order', async (which, format, rounds) => {
  const { child, port } = await serviceUnder(unread(which), { LOG_LEVEL: 'trace', LOG_FORMAT: format });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  await answers(port);
  for (let i = 0; i < rounds; i++) await Promise.all(Array.from({ length: 50 }, () => ask(port, '/v1/sessions')));
  await expect.poll(() => droppedLines(port), { timeout: 20_000 }).toBeGreaterThan(0);
  const began = performance.now();
  process.kill(Number(/pid (\d+)/.exec(said)?.[1]), 'SIGTERM');
  while (!/rc \d+/.test(said) && performance.now() - began < 15_000) await sleep(50);
  expect(said).toMatch(/rc 0/);
});

test.runIf(process.getuid?.() === 0)(
  'the log file is on a full disk: it continues on a new line once there is room',
  async () => {
    const disk = await SmallDisk.mount(1);
    onTestFinished(() => disk[Symbol.asyncDispose]());
    const file = join(disk.path, 'service.log');
    writeFileSync(file, '');
    const { child, port } = await serviceUnder(`exec "$NODE" "$SERVICE" session-manager >>${file}`, {
      LOG_LEVEL: 'trace',
    });
    await answers(port);
    await disk.fill();
    for (let i = 0; i < 20; i++) await ask(port, '/health');
    await expect.poll(() => droppedLines(port), { timeout: 20_000 }).toBeGreaterThan(0);
    await disk.free();
    await ask(port, '/health');
    // A request is logged when it has been answered.
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('lines of the log were dropped'));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const torn = lines.filter((line) => line.startsWith('{') && !line.endsWith('}'));
    expect(torn.length).toBeLessThan(2);
    await endsInOrder(child);
  },
);

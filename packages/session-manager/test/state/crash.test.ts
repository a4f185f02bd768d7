import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aQr } from '../event-samples.ts';
import { openStore, scratch } from './helpers.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const HUB_WRITER = fileURLToPath(new URL('./hub-writer.ts', import.meta.url));
const ROUNDS = Number(process.env.LEADMASTER_CRASH_ROUNDS ?? 5);

/** Runs the writer until it ends by itself or `killAfterMs` after its first line; answers every whole line it said. */
function write(shell: string, killAfterMs: number | null, writer = WRITER): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', shell, process.execPath, writer], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      if (said === '' && killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(said.slice(0, said.lastIndexOf('\n')).split('\n')));
  });
}

/** Every id that was told, out of the lines that were said. */
function told(lines: string[], kind: string): string[] {
  return lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
}

function count(file: string): { events: Set<string>; messages: Set<string>; lastId: number } {
  const { store } = openStore(file);
  const result = {
    events: new Set(store.events.after(0, 1_000_000).map((event) => String(event.id))),
    messages: new Set(store.messages.list('w', 1_000_000).map((message) => message.id)),
    lastId: store.events.lastId(),
  };
  store.close();
  return result;
}

test('what was told is there after kill -9 at any moment', { timeout: 30_000 + ROUNDS * 4_000 }, async () => {
  const file = join(scratch(), 'session-manager.db');
  const events: string[] = [];
  const messages: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await write(`exec "$0" "$1" "${file}"`, Math.random() * 250);
    events.push(...told(lines, 'event'));
    messages.push(...told(lines, 'message'));
    const kept = count(file);
    expect(events.filter((id) => !kept.events.has(id))).toEqual([]);
    expect(messages.filter((id) => !kept.messages.has(id))).toEqual([]);
    expect(kept.lastId).toBe(kept.events.size);
  }
  expect(events.length).toBeGreaterThan(ROUNDS);
  expect(new Set(events).size).toBe(events.length);
});

test.each([
  ['all that a hub has not confirmed is there', 2 ** 30],
  ['of what a hub has not confirmed, all is there or told as gone', 2_000],
])(
  'after kill -9 between writing, confirming and pruning, %s',
  { timeout: 30_000 + ROUNDS * 4_000 },
  async (_, keep) => {
    const file = join(scratch(), 'session-manager.db');
    for (let round = 0; round < ROUNDS; round++) {
      const lines = await write(`exec "$0" "$1" "${file}" ${keep}`, Math.random() * 250, HUB_WRITER);
      const newest = Number(told(lines, 'event').at(-1) ?? 0);
      const { store } = openStore(file);
      const confirmed = store.hubs.get('hub')?.confirmed ?? 0;
      expect(confirmed).toBeGreaterThanOrEqual(Number(told(lines, 'confirmed').at(-1) ?? 0));
      const gap = store.events.gapAfter(confirmed)?.data;
      if (keep > 2_000 && confirmed > 0) expect(gap).toBeUndefined();
      const first = (gap?.to ?? confirmed) + 1;
      const kept = store.events.after(first - 1, 1_000_000).map(({ id }) => id);
      expect(kept).toEqual(kept.map((_id, at) => first + at));
      expect(first + kept.length - 1).toBeGreaterThanOrEqual(newest);
      store.close();
    }
  },
);

test('a disk that takes no more is told as such, and loses nothing that was told', { timeout: 60_000 }, async () => {
  const file = join(scratch(), 'session-manager.db');
  // A limit on the size of files is the full disk that a test can have without privileges.
  const lines = await write(`ulimit -f 1024; exec "$0" "$1" "${file}" 20000`, null);
  expect(lines.at(-1)).toBe('refused storage_failed');
  const kept = count(file);
  expect(told(lines, 'event').filter((id) => !kept.events.has(id))).toEqual([]);
  expect(told(lines, 'event').length).toBeGreaterThan(5);
  const { store } = openStore(file);
  expect(store.events.append(aQr('w')).id).toBe(kept.lastId + 1);
});

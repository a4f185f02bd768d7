import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { HubStore } from '../../src/store/index.ts';
import {
  describeWhereItIs,
  type Kind,
  machine,
  open,
  type Place,
  postgresForFile,
  SECRET,
  SQLITE_KIND,
} from './fixtures.ts';

const READER = fileURLToPath(new URL('./reader-process.ts', import.meta.url));
const ROUNDS = Number(process.env.LEADMASTER_CRASH_ROUNDS ?? 4);

/** A hub in a process of its own, and what it said. */
class HubProcess {
  readonly said: string[] = [];
  readonly #child: ChildProcess;

  constructor({ url, dataDir }: Place, { seconds = 60, shell = 'exec "$@"' } = {}) {
    const args = [process.execPath, READER, url ?? '', dataDir, SECRET, 'm1', String(seconds)];
    this.#child = spawn('/bin/sh', ['-c', shell, 'sh', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', (line) => this.said.push(line));
    onTestFinished(() => this.end('SIGKILL'));
  }

  /** Numbers that were said behind a word. */
  told(word: string): number[] {
    return this.said.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  }

  async until(word: string, count = 1): Promise<void> {
    await vi.waitFor(() => expect(this.told(word).length).toBeGreaterThanOrEqual(count), { interval: 5 });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal?: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'close');
    if (signal !== undefined) this.#child.kill(signal);
    await gone;
  }
}

/** The numbers of all events that are stored, in the order of the log. */
async function stored(store: HubStore): Promise<unknown[]> {
  const { items } = await store.events.page({ after: 0, limit: 1_000_000 });
  return items.map(({ data }) => data.n);
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, at) => at + 1);
}

async function withMachine(place: Place): Promise<void> {
  const store = await open(place);
  await store.machines.add(machine('m1'), 'token');
  await store.close();
}

function killed({ place }: Kind): void {
  test('what was told is there after kill -9 at any moment, once and in order', { timeout: 120_000 }, async () => {
    const at = await place();
    await withMachine(at);
    let last = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const hub = new HubProcess(at, { seconds: 0.5 });
      await hub.until('stored', round);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      await hub.end('SIGKILL');
      const store = await open(at);
      const all = await stored(store);
      await store.close();
      last = Math.max(last, ...hub.told('stored'));
      expect(all.length).toBeGreaterThanOrEqual(last);
      expect(all).toEqual(upTo(all.length));
    }
    expect(last).toBeGreaterThan(0);
  });
}

describeWhereItIs(SQLITE_KIND, () => {
  killed(SQLITE_KIND);

  test('a disk that takes no more is told as such, and loses nothing that was told', { timeout: 60_000 }, async () => {
    const at = await SQLITE_KIND.place();
    await withMachine(at);
    // A limit on the size of files is the full disk that a test can have without privileges.
    const hub = new HubProcess(at, { shell: 'ulimit -f 2048; trap "" XFSZ; exec "$@"' });
    await hub.end();
    expect(hub.said.at(-1)).toBe('refused storage_failed');
    const all = await stored(await open(at));
    expect(all).toEqual(upTo(all.length));
    expect(all.length).toBeGreaterThanOrEqual(Math.max(...hub.told('stored')));
  });
});

const postgres = postgresForFile();

describeWhereItIs(postgres, () => {
  killed(postgres);

  test('of hubs that claim at once one reads; stopped past its lease and continued, it doubles and loses nothing', async () => {
    const at = await postgres.place();
    await withMachine(at);
    const store = await open(at);
    const hubs = upTo(3).map(() => new HubProcess(at, { seconds: 2 }));
    const reads = (hub: HubProcess) => hub.told('claimed').length;
    await vi.waitFor(() => expect(hubs.some((hub) => reads(hub) > 0)).toBe(true), { interval: 5 });
    expect(hubs.map(reads).sort()).toEqual([0, 0, 1]);
    const first = hubs.find((hub) => reads(hub) === 1) as HubProcess;
    await first.until('stored');
    first.signal('SIGSTOP');
    const others = hubs.filter((hub) => hub !== first);
    await vi.waitFor(() => expect(others.flatMap((hub) => hub.told('stored')).length).toBeGreaterThan(3), {
      interval: 5,
    });
    first.signal('SIGCONT');
    await vi.waitFor(() => expect(others.flatMap((hub) => hub.told('stored')).length).toBeGreaterThan(20), {
      interval: 5,
    });
    for (const hub of hubs) await hub.end('SIGKILL');
    const generations = hubs.flatMap((hub) => hub.told('claimed'));
    expect(new Set(generations).size).toBe(generations.length);
    const all = await stored(store);
    expect(all).toEqual(upTo(all.length));
    expect(all.length).toBeGreaterThanOrEqual(Math.max(...hubs.flatMap((hub) => hub.told('stored'))));
  });
});

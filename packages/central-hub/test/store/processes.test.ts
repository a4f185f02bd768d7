import { expect, test, vi } from 'vitest';
import type { HubStore } from '../../src/store/index.ts';
import {
  describeWhereItIs,
  HubProcess,
  type Kind,
  machine,
  open,
  type Place,
  postgresForFile,
  SQLITE_KIND,
} from './fixtures.ts';

const READER = new URL('./reader-process.ts', import.meta.url);
const ROUNDS = Number(process.env.LEADMASTER_CRASH_ROUNDS ?? 4);

/** A hub that reads the log of one machine, under leases of so many seconds. */
function reader(place: Place, { seconds = 60, ...more }: { seconds?: number; shell?: string } = {}): HubProcess {
  return new HubProcess(READER, place, { args: ['m1', String(seconds)], ...more });
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
      const hub = reader(at, { seconds: 0.5 });
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
    const hub = reader(at, { shell: 'ulimit -f 2048; trap "" XFSZ; exec "$@"' });
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
    const hubs = upTo(3).map(() => reader(at, { seconds: 2 }));
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

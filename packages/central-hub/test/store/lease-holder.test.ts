import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LeaseHolder } from '../../src/store/lease-holder.ts';
import type { Lease } from '../../src/store/records.ts';
import { SILENT } from './fixtures.ts';

const LEASE: Lease = { machine: 'm1', generation: 1, position: { logId: null, cursor: 0 } };
const OPTIONS = { machine: 'm1', holder: 'hub-a', seconds: 10, log: SILENT };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A database that answers as told, `renew` after so many milliseconds. */
function leases(answers: { claimMs?: number; renewMs?: number; renew?: () => boolean } = {}) {
  const { claimMs = 0, renewMs = 0, renew = () => true } = answers;
  const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    claim: vi.fn(() => after(claimMs).then(() => LEASE)),
    renew: vi.fn(() => after(renewMs).then(renew)),
  };
}

async function hold(database: ReturnType<typeof leases>): Promise<LeaseHolder | null> {
  const claiming = LeaseHolder.claim(database, OPTIONS);
  await vi.advanceTimersByTimeAsync(0);
  return claiming;
}

async function held(database: ReturnType<typeof leases>): Promise<LeaseHolder> {
  const holder = await hold(database);
  if (holder === null) throw new Error('not held');
  return holder;
}

test('a lease is renewed for as long as it is wanted', async () => {
  const database = leases();
  const holder = await held(database);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(holder.isHeld).toBe(true);
  expect(database.renew.mock.calls.length).toBeGreaterThan(15);
  holder.abandon();
  expect([holder.isHeld, holder.lost.aborted]).toEqual([false, true]);
  const renewals = database.renew.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(database.renew.mock.calls).toHaveLength(renewals);
});

test('a renewal that fails is not a loss; past the deadline it is, a second before the end in the database', async () => {
  const failing = () => {
    throw new Error('the database is away');
  };
  const holder = await held(leases({ renew: failing }));
  await vi.advanceTimersByTimeAsync(8_999);
  expect(holder.isHeld).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect([holder.isHeld, holder.lost.aborted]).toEqual([false, true]);
});

test('a renewal that succeeds after others have failed keeps the lease', async () => {
  let tries = 0;
  const holder = await held(
    leases({
      renew: () => {
        tries += 1;
        if (tries % 5 !== 0) throw new Error('the database is away');
        return true;
      },
    }),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(holder.isHeld).toBe(true);
});

test('a lease that another has is lost at once', async () => {
  const holder = await held(leases({ renew: () => false }));
  await vi.advanceTimersByTimeAsync(3_100);
  expect(holder.lost.aborted).toBe(true);
});

test('the deadline counts from before the question: an answer that was long on its way gives no more time', async () => {
  const claiming = LeaseHolder.claim(leases({ claimMs: 8_000, renewMs: 100_000 }), OPTIONS);
  await vi.advanceTimersByTimeAsync(8_000);
  const holder = await claiming;
  await vi.advanceTimersByTimeAsync(999);
  expect(holder?.isHeld).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(holder?.isHeld).toBe(false);
});

test('a claim whose answer came too late is none', async () => {
  const claiming = LeaseHolder.claim(leases({ claimMs: 9_000 }), OPTIONS);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(await claiming).toBeNull();
});

test('a renewal that is answered past the deadline brings nothing back', async () => {
  const holder = await held(leases({ renewMs: 7_000 }));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(holder.lost.aborted).toBe(true);
});

test('a process that stood still knows that its lease is over before a timer has run', async () => {
  const holder = await held(leases());
  // The clock goes on, and no timer runs.
  const stopped = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 9_000);
  expect(holder.isHeld).toBe(false);
  expect(holder.lost.aborted).toBe(true);
  stopped.mockRestore();
});

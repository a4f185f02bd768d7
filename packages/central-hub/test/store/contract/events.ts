import { expect, test } from 'vitest';
import { LeaseLost } from '../../../src/store/leases.ts';
import type { EventQuery } from '../../../src/store/records.ts';
import { AT, claimed, event, type Kind, LOG, leased, names, news, open, session } from '../fixtures.ts';

const NEVER = new AbortController().signal;

export function eventsContract({ place }: Kind): void {
  test('events are stored in order, under numbers of the hub, with what they change', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const events = [event(5, 'ventas', { n: 1 }), event(9, 'acme.a'), event(10, '')];
    const stored = await store.events.append(lease, news(0, events, { changed: [session('ventas')] }));
    expect(stored).toEqual([
      { ...event(stored[0]?.id ?? 0, 'ventas', { n: 1 }), tenant: null, tenantEvent: null, machine: 'm1' },
      { ...event(stored[1]?.id ?? 0, 'acme.a'), tenant: 'acme', tenantEvent: 1, machine: 'm1' },
      { ...event(stored[2]?.id ?? 0, ''), tenant: null, tenantEvent: null, machine: 'm1' },
    ]);
    const newest = stored[2]?.id;
    expect(await store.events.page({ after: 0, limit: 9 })).toEqual({
      items: stored,
      cursor: newest,
      oldest: stored[0]?.id,
      seen: newest,
    });
    expect(await store.events.newest()).toBe(newest);
    expect(names(await store.sessions.list({ limit: 9 }))).toEqual(['ventas']);
  });

  test('an empty log has a page', async () => {
    const { events } = await open(await place());
    expect(await events.page({ after: 0, limit: 9 })).toEqual({ items: [], cursor: 0, oldest: 0, seen: 0 });
    expect(await events.newest()).toBe(0);
  });

  test('an event that is told again is stored once', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    await store.events.append(lease, news(0, [event(1), event(2)]));
    // As after a machine was removed and added: the log is read from its beginning.
    await store.machines.remove('m1', { force: true });
    const again = await leased(store);
    const stored = await store.events.append(again, news(0, [event(1), event(2), event(3)]));
    expect(stored.map(({ id, machine }) => [machine, id > 0])).toEqual([['m1', true]]);
    expect((await store.events.page({ after: 0, limit: 9 })).items).toHaveLength(3);
  });

  test('the numbers of another log are other events', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    await store.events.append(lease, news(0, [event(1)]));
    const to = { logId: '00000000000000bb', cursor: 1 };
    await store.events.append(lease, { ...news(1, [event(1)]), to });
    expect((await store.events.page({ after: 0, limit: 9 })).items).toHaveLength(2);
    expect((await claimed(store)).position).toEqual(to);
  });

  test('a writer past its lease is refused, and nothing of it is stored', async () => {
    const store = await open(await place());
    const late = await leased(store);
    const write = () => store.events.append(late, news(0, [event(1)], { changed: [session('ventas')] }));
    await store.leases.renew(late, 'hub-a', 0);
    await expect(write()).rejects.toThrow(LeaseLost);
    await claimed(store, 'm1', 'hub-b');
    await expect(write()).rejects.toThrow(LeaseLost);
    expect((await store.events.page({ after: 0, limit: 9 })).items).toEqual([]);
    expect(await store.sessions.get('ventas')).toBeNull();
  });

  test('a writer that knows less of the log than the store is refused', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    await store.events.append(lease, news(0, [event(1)]));
    await expect(store.events.append(lease, news(0, [event(1), event(2)]))).rejects.toThrow(LeaseLost);
    const other = { logId: '00000000000000bb', cursor: 1 };
    await expect(store.events.append(lease, { ...news(1, [event(2)]), from: other })).rejects.toThrow(LeaseLost);
    await store.events.append(lease, news(1, [event(2)]));
    expect((await store.events.page({ after: 0, limit: 9 })).items).toHaveLength(2);
  });

  test('more events than a statement takes are stored whole', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const events = Array.from({ length: 1_203 }, (_, at) => event(at + 1, `s${at % 7}`, { at }));
    const stored = await store.events.append(lease, news(0, events));
    expect(stored.map(({ data }) => data.at)).toEqual(events.map(({ data }) => data.at));
  });

  test('a reader gets what it may see, and its cursor passes over the rest', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const of = ['acme.a', 'ventas', 'acme.b', 'beta.a', 'acme.a', ''];
    const stored = await store.events.append(
      lease,
      news(
        0,
        of.map((name, at) => event(at + 1, name)),
      ),
    );
    const seen = async (query: Partial<EventQuery>) => {
      const { items, cursor } = await store.events.page({ after: 0, limit: 9, ...query });
      const first = query.tenant === 'acme' ? 1 : (stored[0]?.id ?? 0);
      return [items.map((item) => item.session), cursor - first];
    };
    expect(await seen({ tenant: 'acme' })).toEqual([['acme.a', 'acme.b', 'acme.a'], 2]);
    expect(await seen({ tenant: 'acme', limit: 2 })).toEqual([['acme.a', 'acme.b'], 1]);
    expect(await seen({ tenant: null })).toEqual([['ventas', ''], 5]);
    expect(await seen({ sessions: ['beta.a', 'ventas'] })).toEqual([['ventas', 'beta.a'], 5]);
    expect(await seen({ tenant: 'acme', sessions: ['beta.a'] })).toEqual([[], 2]);
    expect(await seen({ tenant: 'acme', after: 2 })).toEqual([['acme.a'], 2]);
    expect(await seen({ types: ['none'] })).toEqual([[], 5]);
    expect(await seen({ sessions: [] })).toEqual([[], 5]);
    expect(await seen({ after: stored[5]?.id ?? 0 })).toEqual([[], 5]);
  });

  test("a tenant's events have numbers of its own, without a hole for what others do, also once all of them are gone", async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const of = ['beta.a', 'acme.a', 'beta.a', 'ventas', 'acme.a'];
    const events = of.map((name, at) => event(at + 1, name));
    await store.events.append(lease, news(0, events));
    const page = () => store.events.page({ after: 0, limit: 9, tenant: 'acme' });
    expect((await page()).items.map(({ id }) => id)).toEqual([1, 2]);
    expect([await store.events.newest('acme'), await store.events.newest('beta')]).toEqual([2, 2]);
    await store.events.append(lease, news(5, [event(6, 'ventas')]));
    await store.events.prune({ olderThanMs: 86_400_000, maxRows: 1 });
    expect(await page()).toMatchObject({ items: [], cursor: 2, oldest: 0 });
    expect(await store.events.newest('acme')).toBe(2);
    await store.events.append(lease, news(6, [event(7, 'acme.b')]));
    expect((await page()).items.map(({ id }) => id)).toEqual([3]);
  });

  test('who waits for news is woken by the next append, and by the abort of its signal', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const first = store.events.untilNews(0, NEVER);
    const [stored] = await store.events.append(lease, news(0, [event(1)]));
    expect(await first).toBe(true);
    expect(await store.events.untilNews(0, NEVER)).toBe(true);
    const impatient = new AbortController();
    const second = store.events.untilNews(stored?.id ?? 0, impatient.signal);
    impatient.abort();
    expect(await second).toBe(false);
    const third = store.events.untilNews(stored?.id ?? 0, NEVER);
    await store.close();
    expect(await third).toBe(false);
  });

  test('the log is kept by age and by number, and its end always', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const stored = await store.events.append(
      lease,
      news(
        0,
        Array.from({ length: 10 }, (_, at) => event(at + 1)),
      ),
    );
    const day = 86_400_000;
    expect(await store.events.prune({ olderThanMs: day, maxRows: 100 })).toBe(0);
    expect(await store.events.prune({ olderThanMs: day, maxRows: 4 })).toBe(6);
    expect(await store.events.page({ after: 0, limit: 99 })).toMatchObject({ oldest: stored[6]?.id });
    expect(await store.events.prune({ olderThanMs: -day, maxRows: 100 })).toBe(3);
    expect(await store.events.newest()).toBe(stored[9]?.id);
    const [next] = await store.events.append(lease, news(10, [event(11)]));
    expect(next?.id).toBeGreaterThan(stored[9]?.id ?? 0);
  });

  test('what changes a session also without an event moves the known end of the log', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const asOf = new Date(AT.getTime() + 1);
    await store.events.append(lease, {
      ...news(0, [], { changed: [session('ventas')], asOf }),
      to: { logId: LOG, cursor: 4 },
    });
    expect((await claimed(store)).position).toEqual({ logId: LOG, cursor: 4 });
    expect((await store.sessions.get('ventas'))?.asOf).toEqual(asOf);
  });
}

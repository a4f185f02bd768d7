import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '@leadmaster/testkit/free-port';
import { Postgres } from '@leadmaster/testkit/postgres';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { HubDatabase } from '../../src/store/database.ts';
import { POSTGRES } from '../../src/store/dialect.ts';
import { openStore } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import {
  AT,
  claimed,
  describeWhereItIs,
  event,
  leased,
  news,
  open,
  postgresForFile,
  refusal,
  SEAL,
  SILENT,
  session,
  tenant,
} from './fixtures.ts';

const kind = postgresForFile();

/** A connection of the test itself. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function urlOf(): Promise<string> {
  const { url } = await kind.place();
  return url ?? '';
}

function at(url: string) {
  return { url, dataDir: '/nowhere' };
}

/** What a call is refused with, and how long that took. */
async function timed(call: () => Promise<unknown>) {
  const begun = performance.now();
  const { code, hint } = await refusal(call());
  return { code, hint, ms: performance.now() - begun };
}

describeWhereItIs(kind, () => {
  test('a reader passes over no event that is still on its way: numbers are given in the order of commits', async () => {
    const url = await urlOf();
    const store = await open(at(url));
    const slow = await leased(store, 'slow');
    const quick = await leased(store, 'quick');
    // The first writer has its number, and stands still before its commit for as long as the test holds lock 99.
    const gate = await connect(url);
    await gate.query(`
      create function wait() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock_shared(99); return null; end $$;
      create trigger slow after insert on events for each row when (new.machine = 'slow') execute function wait();
      select pg_advisory_lock(99);`);
    const first = store.events.append(slow, news(0, [event(1, 'first')]));
    await waiting(gate, 1);
    const second = store.events.append(quick, news(0, [event(1, 'second')]));
    // Held up, or through: without the lock of the log it is through.
    await Promise.race([second, waiting(gate, 2)]);
    const before = await store.events.page({ after: 0, limit: 9 });
    await gate.query('select pg_advisory_unlock(99)');
    await Promise.all([first, second]);
    const rest = await store.events.page({ after: before.cursor, limit: 9 });
    expect([...before.items, ...rest.items].map((item) => item.session)).toEqual(['first', 'second']);
  });

  test('of hubs that begin at once on an empty database one makes the tables, and all use them', async () => {
    const url = await urlOf();
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(at(url))));
    expect(new Set(stores.map(({ logId }) => logId)).size).toBe(1);
    const client = await connect(url);
    const { rows } = await client.query('select version from schema_migrations order by version');
    expect(rows).toEqual(MIGRATIONS.map(({ version }) => ({ version })));
  });

  test('an append of one hub wakes those who wait at another', async () => {
    const url = await urlOf();
    const [one, other] = [await open(at(url)), await open(at(url))];
    const lease = await leased(one);
    const woken = other.events.untilNews(0, AbortSignal.timeout(20_000));
    await one.events.append(lease, news(0, [event(1)]));
    expect(await woken).toBe(true);
  });

  test('a database that a newer program has written is refused and stays as it is', async () => {
    const url = await urlOf();
    await (await open(at(url))).close();
    const client = await connect(url);
    await client.query(`insert into schema_migrations (version, name, at) values (99, 'later', 'then')`);
    const refused = await refusal(openStore({ ...at(url), seal: SEAL, log: SILENT }));
    expect([refused.code, refused.extra]).toEqual(['storage_failed', { found: 99, known: MIGRATIONS.at(-1)?.version }]);
  });

  test('a database with tables of another program, or without one of ours, is refused', async () => {
    const foreign = await urlOf();
    const client = await connect(foreign);
    await client.query('create table events (id int)');
    expect((await refusal(openStore({ ...at(foreign), seal: SEAL, log: SILENT }))).code).toBe('storage_failed');
    expect((await client.query(`select to_regclass('tenants') as made`)).rows).toEqual([{ made: null }]);
    const damaged = await urlOf();
    await (await open(at(damaged))).close();
    await (await connect(damaged)).query('drop table homes');
    const refused = await refusal(openStore({ ...at(damaged), seal: SEAL, log: SILENT }));
    expect([refused.code, refused.message]).toEqual(['storage_failed', expect.stringContaining('homes')]);
  });

  test('a server that is away, silent or unknown at the start is told in time', async () => {
    const silent = createServer((socket) => onTestFinished(() => void socket.destroy())).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const begin = (url: string) => timed(() => openStore({ ...at(url), seal: SEAL, log: SILENT }));
    const answers = await Promise.all([
      begin(`postgres://u@127.0.0.1:${await freePort()}/d`),
      begin(`postgres://u@127.0.0.1:${port}/d`),
      begin((await urlOf()).replace(/d\w+$/, 'missing')),
      begin((await urlOf()).replace('postgres@', 'stranger@')),
    ]);
    expect(answers.map(({ code }) => code)).toEqual(Array(4).fill('database_unreachable'));
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(10_000);
    expect(answers[2]?.hint).toMatch(/createdb/);
    expect(answers[3]?.hint).toMatch(/user/);
  });

  test('a server that restarts is told as away, and the store continues by itself; nothing is stored twice or lost', async () => {
    await using own = await Postgres.start();
    const url = await own.createDatabase();
    const store = await open(at(url));
    const lease = await leased(store);
    await store.events.append(lease, news(0, [event(1, 's', { n: 1 })]));
    await own.stopServer();
    const append = () => store.events.append(lease, news(1, [event(2, 's', { n: 2 })]));
    const away = [() => store.sessions.list({ limit: 1 }), append, () => store.ping(), () => store.keys.revision()];
    for (const call of away) {
      const { code, ms } = await timed(call);
      expect(code).toBe('database_unreachable');
      expect(ms).toBeLessThan(10_000);
    }
    await own.startServer();
    await vi.waitFor(() => store.ping());
    await append();
    const { items } = await store.events.page({ after: 0, limit: 9 });
    expect(items.map(({ data }) => data.n)).toEqual([1, 2]);
  });

  test('a wait for news outlives an absence of the server', async () => {
    await using own = await Postgres.start();
    const url = await own.createDatabase();
    const [one, other] = [await open(at(url)), await open(at(url))];
    const lease = await leased(one);
    const woken = other.events.untilNews(0, AbortSignal.timeout(40_000));
    await own.stopServer();
    await refusal(one.ping());
    await own.startServer();
    await vi.waitFor(() => one.events.append(lease, news(0, [event(1)])));
    expect(await woken).toBe(true);
  });

  test('a server that has no connection left is told as that, and serves again when there is one', async () => {
    const url = await urlOf();
    await (await open(at(url))).close();
    const admin = await connect(url);
    const role = `few${randomBytes(4).toString('hex')}`;
    await admin.query(`create role ${role} login connection limit 1 in role postgres`);
    const few = url.replace('postgres@', `${role}@`);
    const only = await connect(few);
    const refused = await timed(() => openStore({ ...at(few), seal: SEAL, log: SILENT }));
    expect(refused).toMatchObject({ code: 'database_unreachable', hint: expect.stringMatching(/max_connections/) });
    await only.end();
    await vi.waitFor(() => open(at(few)));
  });

  test('a server that is slow is told in time, and no connection stays in a transaction', async () => {
    const url = await urlOf();
    const store = await open(at(url));
    const lease = await leased(store);
    const blocker = await connect(url);
    await blocker.query('begin; lock table sessions in access exclusive mode');
    const slow = await Promise.all([
      timed(() => store.sessions.list({ limit: 1 })),
      timed(() => store.events.append(lease, news(0, [event(1)], { changed: [session('ventas')] }))),
    ]);
    expect(slow.map(({ code }) => code)).toEqual(['database_unreachable', 'database_unreachable']);
    expect(Math.max(...slow.map(({ ms }) => ms))).toBeLessThan(10_000);
    await blocker.query('rollback');
    const { rows } = await blocker.query(
      `select state from pg_stat_activity where state like 'idle in %' or wait_event_type = 'Lock'`,
    );
    expect(rows).toEqual([]);
    await store.events.append(lease, news(0, [event(1)], { changed: [session('ventas')] }));
    expect((await store.sessions.get('ventas'))?.asOf).toEqual(AT);
  });

  test('a hub that stands still in the midst of a change holds up the others for some seconds alone', async () => {
    const url = await urlOf();
    const store = await open(at(url));
    const lease = await leased(store);
    const still = await openPostgres(url, SILENT, () => AT);
    onTestFinished(() => still.close());
    const inTheMidst = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const standing = new HubDatabase(still).transact(async (db) => {
      await POSTGRES.lockLog(db);
      inTheMidst.resolve();
      await never.promise;
      await db.selectFrom('events').select('id').execute();
    });
    await inTheMidst.promise;
    expect(await store.events.append(lease, news(0, [event(1)]))).toHaveLength(1);
    // It wakes, and its change is undone.
    never.resolve();
    expect((await refusal(standing)).code).toBe('database_unreachable');
  });

  test('a text that PostgreSQL cannot keep is refused as such, and nothing is changed', async () => {
    const { tenants } = await open(at(await urlOf()));
    expect((await refusal(tenants.create({ ...tenant('acme'), title: 'a\0b' }))).code).toBe('invalid_request');
    expect(await tenants.get('acme')).toBeNull();
    expect((await refusal(tenants.list({ after: '\0', limit: 1 }))).code).toBe('invalid_request');
  });

  test('a store that is closed says so', async () => {
    const store = await open(at(await urlOf()));
    await store.close();
    expect((await refusal(store.keys.revision())).code).toBe('shutting_down');
    await store.close();
  });

  test('a claim that waits for the effect of another finds all of it', async () => {
    const url = await urlOf();
    const store = await open(at(url));
    const lease = await leased(store, 'm1', 'hub-a');
    const gate = await connect(url);
    await gate.query(`
      create function wait() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock_shared(99); return null; end $$;
      create trigger slow after insert on events for each row execute function wait();
      select pg_advisory_lock(99);`);
    const effect = store.events.append(lease, news(0, [event(3)]));
    await waiting(gate, 1);
    // A second claim of the same holder, as one of another once the lease has run out, waits for the row of the machine.
    const claim = claimed(await open(at(url)), 'm1', 'hub-a');
    await waiting(gate, 2);
    await gate.query('select pg_advisory_unlock(99)');
    await effect;
    expect((await claim).position.cursor).toBe(3);
  });
});

/** Until so many wait for a lock in this database. */
async function waiting(client: pg.Client, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(rows[0]?.count).toBe(count);
    },
    { interval: 20 },
  );
}

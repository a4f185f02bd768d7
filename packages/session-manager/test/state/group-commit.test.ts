import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyEvent, LeadMasterEvent } from '@leadmaster/protocol';
import { GroupCommit } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { type Connection, connect } from '../../src/state/connection.ts';
import { aQr } from '../event-samples.ts';
import { openStore, scratch } from './helpers.ts';

const WRITER = fileURLToPath(new URL('./group-writer.ts', import.meta.url));

const event = (n: number) => aQr('s', n);

/** The number of such an event. */
const numberOf = ({ data }: AnyEvent): number => Number(data.attempt);

describe('changes that come together', () => {
  test('are one transaction: none is told before all are durable, and in the order they were given', async () => {
    const { store, file } = openStore();
    const other = openStore(file).store;
    const heard: string[] = [];
    store.events.subscribe((told) => heard.push(`${numberOf(told)} of ${other.events.after(0, 10).length}`));
    const made = [1, 2, 3].map((n) => store.later(() => store.events.append(event(n)).id));
    expect(store.events.after(0, 10)).toEqual([]);
    expect(await Promise.all(made)).toEqual([1, 2, 3]);
    expect(heard).toEqual(['1 of 3', '2 of 3', '3 of 3']);
  });

  test('one that throws is undone alone, with its events', async () => {
    const { store } = openStore();
    const heard: unknown[] = [];
    store.events.subscribe((told) => heard.push(numberOf(told)));
    const ends = await Promise.allSettled([
      store.later(() => store.events.append(event(1))),
      store.later(() => {
        store.events.append(event(2));
        throw new Error('mine alone');
      }),
      store.later(() => store.events.append(event(3))),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(heard).toEqual([1, 3]);
    expect(store.events.after(0, 10).map((told) => [told.id, numberOf(told)])).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  test('any other write comes after them', async () => {
    const { store } = openStore();
    const first = store.later(() => store.events.append(event(1)));
    store.events.append(event(2));
    await first;
    expect(store.events.after(0, 10).map(numberOf)).toEqual([1, 2]);
  });

  test('a listener that writes, and more than one commit takes, change nothing about the order', async () => {
    const { store } = openStore();
    store.events.subscribe((told) => {
      if (numberOf(told) === 1) store.events.append(event(9_999));
    });
    const answered: number[] = [];
    const many = Array.from({ length: 1_200 }, (_, n) =>
      store.later(() => store.events.append(event(n))).then(() => answered.push(n)),
    );
    await Promise.all(many);
    const order = answered.filter((n, at) => at > 0 && n < (answered[at - 1] ?? 0));
    expect(order).toEqual([]);
    const numbers = store.events.after(0, 2_000).map(numberOf);
    expect(numbers.filter((n) => n !== 9_999)).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
  });

  test('all fail when SQLite gives up the whole transaction with one of them', async () => {
    const { store, file } = openStore();
    store.close();
    const db = new Database(file);
    const told: unknown[] = [];
    const options = {
      db,
      file,
      now: () => new Date(),
      tell: (events: readonly unknown[]) => void told.push(...events),
    };
    const connection: Connection = connect({ ...options, before: () => group.flush() });
    const group = new GroupCommit<LeadMasterEvent>(() => connection);
    const ends = await Promise.allSettled([
      group.add(() => connection.addEvent(event(1))),
      group.add(() => {
        db.exec('ROLLBACK');
        throw new Error('the disk is full');
      }),
      group.add(() => connection.addEvent(event(3))),
    ]);
    db.close();
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(told).toEqual([]);
    expect(openStore(file).store.events.after(0, 10)).toEqual([]);
  });

  test('are written when the store is closed, and refused afterwards', async () => {
    const { store, file } = openStore();
    const last = store.later(() => store.events.append(event(1)));
    store.close();
    await last;
    expect(openStore(file).store.events.after(0, 10)).toHaveLength(1);
    await expect(store.later(() => store.events.append(event(2)))).rejects.toMatchObject({ code: 'shutting_down' });
  });
});

/** Runs the writer and kills it at a moment of its own choice; answers what it had said of what is durable. */
function killedAt(file: string, moment: 'collected' | 'committing'): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, file, moment], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(said.split('\n').filter((line) => line !== ''));
      else reject(new Error(`the writer ended by itself: ${said}`));
    });
  });
}

describe('kill -9', () => {
  test.each(['collected', 'committing'] as const)(
    'while changes are %s: no event was told that is not on disk',
    { timeout: 30_000 },
    async (moment) => {
      const file = join(scratch(), 'state.db');
      const told = await killedAt(file, moment);
      const { store } = openStore(file);
      const kept = store.events.after(0, 100).map((event) => String(numberOf(event)));
      // The first batch was told, and is there; of the second none was told, and none is there in part.
      expect(told).toEqual(['1', '2']);
      expect(kept).toEqual(['1', '2']);
    },
  );
});

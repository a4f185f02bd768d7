import type { z } from 'zod';
import type { Connection } from './connection.ts';
import type { StateStore } from './state-store.ts';

/** Single facts of this machine, each a text under a name. Their table was first that of facts about vaults. */
export function factsTable({ db, write, read }: Connection): StateStore['facts'] {
  const get = db.prepare<[string], string>('SELECT value FROM vault_facts WHERE name = ?').pluck();
  const set = db.prepare<[string, string]>(
    'INSERT INTO vault_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  return {
    get: (name) => read(() => get.get(name) ?? null),
    set: (name, value) => write(() => void set.run(name, value)),
  };
}

/** A fact that is kept as JSON; null where there is none, it was taken back, or this version cannot read it. */
export function parsedFact<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null || text === '') return null;
  const found = schema.safeParse(JSON.parse(text));
  return found.success ? found.data : null;
}

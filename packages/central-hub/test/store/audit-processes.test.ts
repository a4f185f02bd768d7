import { expect, test } from 'vitest';
import { describeWhereItIs, HubProcess, type Kind, open, postgresForFile, SQLITE_KIND } from './fixtures.ts';

const AUDITOR = new URL('./auditor-process.ts', import.meta.url);

/** Lines that so many hubs said were written, each killed while it writes; the audit afterwards is whole and has all of them. */
async function written(kind: Kind, hubs: number): Promise<void> {
  const at = await kind.place();
  const store = await open(at);
  if (hubs === 1) await store.close();
  const writing = Array.from({ length: hubs }, () => new HubProcess(AUDITOR, at));
  for (const hub of writing) await hub.until('written', 30);
  for (const hub of writing) await hub.end('SIGKILL');
  const { audit } = hubs === 1 ? await open(at) : store;
  const { items } = await audit.page({ after: 0, limit: 100_000, all: true });
  expect(items.map(({ id }) => id)).toEqual(items.map((_, n) => n + 1));
  const said = writing.flatMap((hub) => hub.told('written'));
  expect(new Set(said).size).toBe(said.length);
  expect(items.length).toBeGreaterThanOrEqual(said.length);
  expect(await audit.verify(null)).toMatchObject({ ok: true, lines: items.length, problems: [] });
  // Each hub was heard in between the others.
  expect(new Set(items.map(({ actor }) => actor)).size).toBe(hubs);
}

describeWhereItIs(SQLITE_KIND, () => {
  test('lines that were told as written are there after kill -9, chained', { timeout: 60_000 }, () =>
    written(SQLITE_KIND, 1),
  );
});

const postgres = postgresForFile();

describeWhereItIs(postgres, () => {
  test('three hubs that add lines at once, and are killed, leave one chain without a hole', { timeout: 120_000 }, () =>
    written(postgres, 3),
  );
});

import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkLoginStores } from '@leadmaster/capture';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

/** Chromium recreates a database that it finds damaged, empty, and WhatsApp's page then shows a QR. */
describe('a login that is damaged inside', { timeout: 120_000 }, () => {
  let stage: Stage;
  let idb: string;
  let localStorage: string;

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', '5491100000001');
    const profile = join(stage.dataDir, 'tokens/ventas');
    idb = join(profile, LOGIN_STORES.indexedDb);
    localStorage = join(profile, LOGIN_STORES.localStorage);
    await stage.sessions.stop('ventas');
  });

  afterEach(async () => {
    // Put back or repaired, it is READY, and stays so: the second start is the one that meets what the first has written.
    for (let time = 0; time < 2; time++) {
      await stage.sessions.start('ventas');
      await stage.until('ventas', 'READY');
      await stage.sessions.stop('ventas');
    }
    expect((await stage.sessions.check('ventas')).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect((await stage.path('ventas')).filter((step) => step.startsWith('QR_REQUIRED'))).toHaveLength(1);
    expect(await readdir(join(stage.dataDir, 'trash'))).toEqual([]);
    expect(stage.clones()).toEqual([]);
  });

  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
  });

  function log(store: string): string {
    const names = readdirSync(store).filter((name) => name.endsWith('.log'));
    return join(store, names.sort().at(-1) as string);
  }

  /** A table that the database lists. One that a compaction has replaced, or has not finished, may lie beside it. */
  function neededTable(): string {
    const tables = readdirSync(idb).filter((name) => name.endsWith('.ldb'));
    const needed = tables.map((name) => join(idb, name)).find(isMissedWithout);
    if (needed === undefined) throw new Error(`none of ${tables.length} tables in ${idb} is listed`);
    return needed;
  }

  function isMissedWithout(table: string): boolean {
    renameSync(table, `${table}.away`);
    try {
      return !checkLoginStores(join(stage.dataDir, 'tokens/ventas')).ok;
    } finally {
      renameSync(`${table}.away`, table);
    }
  }

  /** Damages a file, expects the refusal that names it, and puts the file back. */
  async function refusedWith(path: string, damage: (bytes: Buffer) => Buffer | null): Promise<void> {
    const whole = readFileSync(path);
    const harmed = damage(Buffer.from(whole));
    renameSync(path, `${path}.away`);
    if (harmed !== null) writeFileSync(path, harmed, { mode: 0o600 });
    const session = await stage.sessions.start('ventas');
    expect(session).toMatchObject({ state: 'ERROR', reason: 'login_damaged', stateKind: 'needs_person' });
    expect(session.hint).toContain(path.slice(path.lastIndexOf('/') + 1));
    expect(session.hint).toContain('./leadmaster snapshot restore ventas');
    expect((await stage.sessions.check('ventas')).valid).toBe(false);
    if (harmed !== null) expect(readFileSync(path)).toEqual(harmed);
    rmSync(path, { force: true });
    renameSync(`${path}.away`, path);
  }

  function turned(bytes: Buffer): Buffer {
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] as number) ^ 0x10;
    return bytes;
  }

  test('is refused with a bit turned in a MANIFEST or a log', async () => {
    await refusedWith(join(idb, readFileSync(join(idb, 'CURRENT'), 'utf8').trim()), turned);
    await refusedWith(log(idb), turned);
    await refusedWith(log(localStorage), turned);
  });

  test('is not refused, and not lost, with the tail of its logs torn', async () => {
    for (const store of [idb, localStorage]) appendFileSync(log(store), Buffer.from([1, 2, 3, 4, 60, 0, 1]));
    expect((await stage.sessions.check('ventas')).valid).toBe(true);
  });

  test('is refused with a table missing or cut off', async () => {
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    await stage.world.bulkHistory('5491100000001', 12_000_000);
    await stage.sessions.stop('ventas');
    const table = neededTable();
    await refusedWith(table, () => null);
    await refusedWith(table, (bytes) => bytes.subarray(0, bytes.length - 10));
  });

  test('is not looked into while its browser runs', async () => {
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    const { checks, valid } = await stage.sessions.check('ventas');
    expect(checks.find(({ name }) => name === 'databases')).toMatchObject({ ok: true });
    expect(valid).toBe(true);
    await stage.sessions.stop('ventas');
  });
});

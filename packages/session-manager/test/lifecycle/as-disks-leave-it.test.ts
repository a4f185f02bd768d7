import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manager } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';
import { A_SNAPSHOT } from '../event-samples.ts';
import { linkSession, NAME, openSessions } from './linked-session.ts';

/** What FTP, git, editors and full disks make of `CURRENT`. */
const CURRENTS: [how: string, text: string][] = [
  ['doubled', 'MANIFEST-000001\nMANIFEST-000001\n'],
  ['without its newline', 'MANIFEST-000001'],
  ['with CRLF', 'MANIFEST-000001\r\n'],
  ['of 16 NULs', '\0'.repeat(16)],
  ['followed by NULs', 'MANIFEST-000001\n\0\0\0\0'],
  ['far too long', `MANIFEST-000001\n${'\0'.repeat(4096)}`],
  ['with a byte order mark', '\u00ef\u00bb\u00bfMANIFEST-000001\n'],
  ['empty', ''],
  ['that names a MANIFEST which is not there', 'MANIFEST-000002\n'],
];
const CASES = Object.values(LOGIN_STORES).flatMap((store) => CURRENTS.map(([how, text]) => ({ store, how, text })));

/** Every file of a folder with its bytes. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')])));
}

describe.each(CASES)('a CURRENT $how in $store', ({ store, text }) => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-disks-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  test('of a linked session is named with the newest snapshot; no browser starts, no byte changes', async () => {
    await linkSession(dataDir);
    const profile = join(dataDir, 'tokens', NAME);
    await writeFile(join(profile, store, 'CURRENT'), text, 'latin1');
    const { sessions, engine, store: state } = await openSessions(dataDir);
    state.snapshots.created(NAME, { id: '1-aaaaaaaa', at: '2026-01-01T00:00:00.000Z', data: A_SNAPSHOT });
    state.snapshots.created(NAME, { id: '2-bbbbbbbb', at: '2026-01-02T00:00:00.000Z', data: A_SNAPSHOT });
    const before = await bytesOf(profile);
    await sessions.load();
    await sessions.boot();
    const session = await sessions.get(NAME);
    expect(session).toMatchObject({ state: 'ERROR', reason: 'login_damaged', stateKind: 'needs_person' });
    expect(session.hint).toMatch(/CURRENT/);
    expect(session.hint).toContain('./leadmaster snapshot restore ventas 2-bbbbbbbb');
    const { valid, checks } = await sessions.check(NAME);
    expect(valid).toBe(false);
    expect(checks.filter(({ ok }) => !ok).map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([expect.stringContaining('CURRENT')]),
    );
    expect(engine.runs).toEqual([]);
    expect(await bytesOf(profile)).toEqual(before);
    await sessions.close();
    state.close();
  });

  test('of a folder from elsewhere is refused and named, and nothing changes', async () => {
    const context = await manager(dataDir);
    const source = await putProfile(join(dataDir, '../', `${dataDir.split('/').at(-1)}-bot`, 'session'));
    await writeFile(join(source, store, 'CURRENT'), text, 'latin1');
    const before = await bytesOf(source);
    for (const mode of ['copy', 'move'] as const) {
      await expect(context.adoption.adopt({ name: 'otra', path: source, mode })).rejects.toMatchObject({
        code: 'adopt_refused',
        message: expect.stringContaining('CURRENT'),
      });
    }
    expect(await bytesOf(source)).toEqual(before);
    expect(context.roster.names()).toEqual([]);
    await rm(join(source, '..'), { recursive: true });
  });
});

describe('a log that ends in an unfinished record', () => {
  test('is noted when the profile is adopted, by copy, by move and in its place', async () => {
    const torn = Buffer.from([1, 2, 3, 4, 60, 0, 1]);
    const log = `${LOGIN_STORES.indexedDb}/000003.log`;
    for (const mode of ['copy', 'move', undefined] as const) {
      const context = await manager();
      const place = mode === undefined ? join(context.paths.tokens, 'ventas') : null;
      const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-torn-'));
      const source = await putProfile(place ?? join(dataDir, 'session'));
      await appendFile(join(source, log), torn);
      const wanted = { name: 'ventas', path: source, ...(mode === undefined ? {} : { mode }) };
      const { adopted } = await context.adoption.adopt(wanted);
      const [warning] = adopted.warnings;
      expect(warning, String(mode)).toMatchObject({ kind: 'ends_unfinished', detail: expect.stringContaining(log) });
      await rm(dataDir, { recursive: true });
    }
  });
});

import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProfileStore } from '@leadmaster/session-manager/profile';
import { usedSince, vaultOf } from '@leadmaster/testkit';
import { describe, expect, test, vi } from 'vitest';
import { bytes } from '../src/output/words.ts';
import { service } from './harness.ts';

const MB = 1_048_576;
const TERMINAL = { columns: 100, rows: 40 };
const ID = /\d+-[0-9a-f]{8}/;

/** A service with a session that is linked, and so many snapshots of it, each with a megabyte of its own. The oldest comes first. */
async function withSnapshots(count: number, options: Parameters<typeof service>[0] = {}) {
  const manager = await service(options);
  await manager.given('ventas', 'LINKED');
  const ids: string[] = [];
  const folder = join(manager.dataDir, 'tokens/ventas/Default');
  for (let i = 0; i < count; i += 1) {
    writeFileSync(join(folder, 'Preferences'), randomBytes(MB));
    ids.push((await manager.take('ventas')).id);
  }
  return { ...manager, ids };
}

describe('snapshot list and show', () => {
  test('newest first, of one session or of all that the vault holds', async () => {
    const { captures, cli, damageVault, dataDir, given, snapshots, take } = await service();
    await given('gone', 'LINKED');
    await cli('session delete gone --yes');
    await given('ventas', 'LINKED');
    expect((await cli('snapshot list ventas')).stdout).toContain('./leadmaster snapshot create ventas');
    captures.freezes = { method: 'sigstop', pauseMs: 12.5 };
    const { id: first } = await take('ventas');
    await snapshots.verify('ventas', first, { drill: false });
    captures.freezes = { method: 'none', pauseMs: 0 };
    await createProfileStore({ dataDir }).updateRecord('ventas', { chromiumVersion: null });
    const { id: second } = await take('ventas');
    await damageVault();
    await snapshots.verify('ventas', second, { drill: false });
    const { items: known } = await snapshots.list('ventas');
    const size = bytes(known[0]?.bytes ?? 0);
    const one = (await cli('snapshot list ventas')).stdout.trim().split('\n');
    expect(one[0]).toMatch(
      /^ID +WHEN +AGE +KIND +SIZE +NEW +STORED +PAUSE +CHROMIUM +REASON +ACCOUNT +WRITTEN BY +VERIFIED$/,
    );
    const when = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d\\d:\\d\\d';
    expect(one[1]).toMatch(
      new RegExp(`^${second} +${when} .* essential +${size} .* - +- +requested +\\+5491100000002 +here +DAMAGED$`),
    );
    expect(one[2]).toMatch(
      new RegExp(`^${first} .* 13 ms +156\\.0\\.0\\.0 +requested +\\+5491100000002 +here +\\d+ m?s ago$`),
    );
    const all = (await cli('snapshot list')).stdout;
    expect(all).toMatch(/^SESSION +ID .*\ngone +1-.* before a deletion .*\nventas +2-.*\nventas +1-/);
    const { items, problems } = JSON.parse((await cli('snapshot list --json')).stdout);
    expect(items.map(({ session, id }: { session: string; id: string }) => [session, id])).toEqual([
      ['gone', expect.stringMatching(/^1-/)],
      ['ventas', second],
      ['ventas', first],
    ]);
    expect(problems).toEqual([]);
    expect(await cli('snapshot list nobody')).toMatchObject({ code: 3 });
  });

  test('what is wrong with the records stands below, in red', async () => {
    const { cli, snapshots } = await withSnapshots(1);
    const { items } = await snapshots.list('ventas');
    const problem = { kind: 'removed', object: 'chain/2', detail: 'the record \u001b[2J is gone' };
    vi.spyOn(snapshots, 'list').mockResolvedValue({ items, problems: [problem] });
    const { code, stdout } = await cli('snapshot list ventas', { terminal: TERMINAL });
    expect(code).toBe(0);
    expect(stdout).toContain('\u001b[31mventas: removed chain/2: the record \\u001b[2J is gone\u001b[39m\n');
    const { problems } = JSON.parse((await cli('snapshot list --json')).stdout);
    expect(problems).toEqual([{ session: 'ventas', ...problem }]);
  });

  test('show: what is known of it, its files only when asked for', async () => {
    const { cli, dataDir, engine, given, take } = await service();
    await given('ventas', 'READY');
    const folder = join(dataDir, 'tokens/ventas/Default');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'Preferences'), Buffer.alloc(8192, ' '), { mode: 0o600 });
    const census = vi.spyOn(await engine.runOf('ventas'), 'census');
    census.mockResolvedValueOnce({ localStorage: 3, rows: { 'model-storage/message': 7 } });
    census.mockRejectedValueOnce(new Error('the page is busy'));
    const { id } = await take('ventas');
    const { stdout } = await cli('snapshot show ventas');
    expect(stdout).toMatch(new RegExp(`^ventas ${id}\n {2}taken +20`));
    expect(stdout).toMatch(/account +5491100000001 Ana/);
    expect(stdout).toMatch(/counted +7 rows and 3 items before the copy, nothing after it/);
    expect(stdout).toMatch(/\n\nDatabases\nok {3}.*\nok {3}Default\/Local Storage\/leveldb: \d+ tables/);
    expect(stdout).not.toContain('Preferences');
    expect((await cli('snapshot show ventas 1 --files')).stdout).toMatch(/file +0600 +8192 +Default\/Preferences/);
    expect(JSON.parse((await cli('snapshot show ventas latest --json')).stdout)).toMatchObject({
      id,
      entries: expect.arrayContaining([expect.objectContaining({ path: 'Default/Preferences', size: 8192 })]),
    });
  });

  test('an id that could be several is wrong usage, one that is none not found', async () => {
    const { cli, ids, snapshots } = await withSnapshots(11);
    await snapshots.delete('ventas', ids[0] ?? '');
    expect(await cli('snapshot show ventas 1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`1 could be any of ${ids[10]}, ${ids[9]}`),
    });
    expect(JSON.parse((await cli('snapshot show ventas 12 --json')).stdout)).toMatchObject({
      error: { code: 'snapshot_not_found', exitCode: 3, hint: 'List them: ./leadmaster snapshot list ventas' },
    });
  });
});

describe('snapshot verify', () => {
  test('is good, or exit code 1 with what is not', async () => {
    const { cli, damageVault, ids } = await withSnapshots(1);
    const [id] = ids;
    expect(await cli('snapshot verify ventas')).toEqual({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^ok {3}bytes: .*\nSnapshot ${id} of ventas is good\\.\n$`)),
      stderr: '',
    });
    expect((await cli('snapshot verify ventas 1 --drill')).stdout).toContain('ok   boot');
    await damageVault();
    expect(await cli('snapshot verify ventas')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^FAIL bytes: .*pack.*\n$/),
      stderr: expect.stringContaining(`Snapshot ${id} of ventas is not good`),
    });
    const { code, stdout } = await cli('snapshot verify ventas --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ session: 'ventas', snapshot: id, ok: false, checks: [{ ok: false }] });
  });
});

describe('snapshot restore', () => {
  test('claims no previous profile where there may be none, as of a deleted session', async () => {
    const { cli } = await withSnapshots(1);
    await cli('session delete ventas --yes');
    const { code, stdout, stderr } = await cli('snapshot restore ventas', { answers: 'yes' });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: /If it has a profile now, that goes to the trash/ });
    expect(stdout).toContain('a profile that it had before is in the trash');
    expect(stderr + stdout).not.toMatch(/the previous profile|The profile that it has now/);
  });

  test('asks first, saying what is replaced', async () => {
    const { cli, fingerprint, ids, sessions } = await withSnapshots(1);
    const before = await fingerprint();
    const after = sessions.lastEventId();
    expect(await cli('snapshot restore ventas')).toMatchObject({ code: 2, stderr: /--yes/ });
    const declined = await cli('snapshot restore ventas', { answers: 'no' });
    expect(declined.code).toBe(1);
    expect(declined.stderr).toMatch(new RegExp(`goes back to snapshot ${ids[0]} of .*goes to the trash`, 's'));
    expect(await fingerprint()).toBe(before);
    const done = await cli('snapshot restore ventas', { answers: 'yes' });
    expect(done).toMatchObject({ code: 0, stdout: /ventas is back at snapshot 1-.*\nventas is STOPPED/ });
    expect(await restoredSince(sessions, after)).toEqual([ids[0]]);
  });

  test('given again goes back to the same one, not to what the first has set aside', async () => {
    const { cli, dataDir, ids, sessions, snapshots } = await withSnapshots(1);
    const after = sessions.lastEventId();
    await usedSince(dataDir, 'ventas');
    await cli('snapshot restore ventas --yes --overwrite-newer');
    const [aside] = (await snapshots.list('ventas')).items;
    expect(aside).toMatchObject({ id: expect.stringMatching(/^2-/), reason: 'before_restore' });
    for (const line of ['snapshot restore ventas latest', 'snapshot restore ventas 2'])
      await cli(`${line} --yes --overwrite-newer`);
    expect(await restoredSince(sessions, after)).toEqual([ids[0], ids[0], aside?.id]);
  });

  test('--start and --restart; with JSON the session', async () => {
    const { cli, given, ids, stage, until } = await withSnapshots(1);
    await given('ventas', 'READY');
    stage.takeLogins();
    const refused = await cli('snapshot restore ventas --yes');
    const command = `./leadmaster snapshot restore ventas ${ids[0]} --restart`;
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(command) });
    const restarted = await cli('snapshot restore ventas 1 --yes --restart --json');
    expect(JSON.parse(restarted.stdout)).toMatchObject({ name: 'ventas', desired: 'running' });
    await until('ventas', 'READY');
    await given('ventas', 'STOPPED');
    expect(await cli('snapshot restore ventas --yes --start')).toMatchObject({ code: 0 });
    await until('ventas', 'READY');
  });

  test('over a newer login only when told to', async () => {
    const { cli, dataDir } = await withSnapshots(1);
    await usedSince(dataDir, 'ventas');
    const refused = await cli('snapshot restore ventas --yes');
    expect(refused).toMatchObject({ code: 4, stderr: /was used after .*--overwrite-newer/s });
    const { error } = JSON.parse((await cli('snapshot restore ventas --yes --json')).stdout);
    expect(error).toMatchObject({ code: 'newer_login', status: 409, exitCode: 4 });
    expect(await cli('snapshot restore ventas --yes --overwrite-newer')).toMatchObject({ code: 0 });
  });

  test('a damaged one is not restored', async () => {
    const { cli, damageVault, dataDir, sessions } = await withSnapshots(1);
    await damageVault();
    const profile = join(dataDir, 'tokens/ventas');
    const [before, after] = [statSync(profile).ino, sessions.lastEventId()];
    expect(await cli('snapshot restore ventas --yes')).toMatchObject({ code: 1, stderr: /is damaged/ });
    expect([statSync(profile).ino, await restoredSince(sessions, after)]).toEqual([before, []]);
    expect((await sessions.get('ventas')).generation).toBe(1);
  });
});

describe('snapshot delete and prune', () => {
  test('delete asks, and wants an id', async () => {
    const { cli, ids, snapshots } = await withSnapshots(2);
    expect(await cli('snapshot delete ventas --yes')).toMatchObject({ code: 2 });
    expect(await cli('snapshot delete ventas 1')).toMatchObject({ code: 2, stderr: /--yes/ });
    expect(await cli('snapshot delete ventas 1', { answers: '' })).toMatchObject({ code: 1 });
    expect((await snapshots.list('ventas')).items).toHaveLength(2);
    expect(await cli('snapshot delete ventas 1', { answers: 'y' })).toMatchObject({
      code: 0,
      stdout: `Snapshot ${ids[0]} of ventas is deleted.\n`,
    });
    expect((await snapshots.list('ventas')).items).toMatchObject([{ id: ids[1] }]);
    expect(JSON.parse((await cli('snapshot delete ventas latest -y --json')).stdout)).toEqual({
      session: 'ventas',
      deleted: ids[1],
    });
    expect((await snapshots.list('ventas')).items).toEqual([]);
  });

  test('prune says what was forgotten and freed, of one session or of all', async () => {
    const { cli, given, ids, take } = await withSnapshots(4, { env: { SNAPSHOT_KEEP: 'last=2' } });
    await given('otra', 'LINKED');
    await take('otra');
    expect(await cli('snapshot prune')).toMatchObject({ code: 2, stderr: /--yes/ });
    const pruned = await cli('snapshot prune', { answers: 'y' });
    expect(pruned.code).toBe(0);
    expect(pruned.stdout).toBe(
      'otra: nothing forgotten; 0 B freed (0 packs deleted, 0 rewritten)\n' +
        `ventas: forgotten ${ids[0]}, ${ids[1]}; 2.1 MB freed (2 packs deleted, 1 rewritten)\n`,
    );
    const { items } = JSON.parse((await cli('snapshot prune ventas --yes --json')).stdout);
    expect(items).toEqual([{ session: 'ventas', forgotten: [], deletedPacks: 0, rewrittenPacks: 0, freedBytes: 0 }]);
    const empty = await service();
    expect((await empty.cli('snapshot prune --yes')).stdout).toContain('nothing to prune');
  });

  test('a record that cannot be read is deleted by its number, and one that can be read by its id', async () => {
    const { blobs, cli, ids, snapshots } = await withSnapshots(2);
    const records = await Array.fromAsync(blobs.list('chain/'));
    const record = records.find(({ key }) => key.endsWith('0000000002'))?.key ?? '';
    await blobs.put(record, Buffer.from('rubbish'));
    expect((await snapshots.list('ventas')).problems).toMatchObject([{ kind: 'damaged', object: record }]);
    expect(await cli('snapshot delete ventas 8 --yes')).toMatchObject({ code: 3 });
    expect(await cli('snapshot delete ventas 2 --yes')).toMatchObject({ code: 0, stdout: /Snapshot 2 of ventas/ });
    expect(await snapshots.list('ventas')).toMatchObject({ items: [{ id: ids[0] }], problems: [] });
    expect(await cli('snapshot delete ventas 1 --yes')).toMatchObject({ code: 0, stdout: ID });
    expect((await snapshots.list('ventas')).items).toEqual([]);
  });
});

test('that another installation may lose its snapshots is confirmed by --other-writers alone', async () => {
  const { cli, fingerprint, given, snapshots } = await service(await vaultOf({ ventas: 2 }));
  await given('ventas', 'STOPPED');
  const before = await fingerprint();
  for (const line of ['snapshot delete ventas 1 --yes', 'session delete ventas --purge --yes'])
    expect(await cli(line), line).toMatchObject({ code: 4, stderr: expect.stringContaining('--other-writers') });
  expect(await fingerprint()).toBe(before);
  expect(await cli('snapshot delete ventas 1 --yes --other-writers')).toMatchObject({ code: 0 });
  expect((await snapshots.list('ventas')).items).toMatchObject([{ id: expect.stringMatching(/^2-/) }]);
  expect(await cli('session delete ventas --purge --yes --other-writers')).toMatchObject({ code: 0 });
  expect(await snapshots.recoverable()).toEqual([]);
});

test('session delete claims no profile where there may be none, as of a session that has moved', async () => {
  const { cli, given } = await service();
  await given('ventas', 'MOVED');
  const { stdout, stderr } = await cli('session delete ventas', { answers: 'y' });
  expect(stderr).toContain('A profile that it has here goes to the trash.');
  expect(stdout).toBe('ventas is deleted; a profile that it had here is in the trash.\n');
});

test('session delete --purge asks with the stronger sentence', async () => {
  const { cli, snapshots } = await withSnapshots(1);
  const declined = await cli('session delete ventas --purge', { answers: 'n' });
  expect(declined).toMatchObject({ code: 1, stderr: /AND DESTROY ALL ITS SNAPSHOTS/ });
  expect((await snapshots.list('ventas')).items).toHaveLength(1);
  const { stdout } = await cli('session delete ventas --purge --yes --json');
  expect(JSON.parse(stdout)).toEqual({ deleted: 'ventas', purged: true });
  expect(await snapshots.recoverable()).toEqual([]);
});

/** The snapshots that were put in place since then, in order. */
async function restoredSince(sessions: Awaited<ReturnType<typeof service>>['sessions'], after: number) {
  const { items } = await sessions.events({ after, limit: 100, waitMs: 0, signal: AbortSignal.timeout(10_000) });
  return items.flatMap(({ type, data }) => (type === 'session.restored' ? [data.id] : []));
}

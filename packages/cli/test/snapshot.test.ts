import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { fakeService, Sink } from './harness.ts';

const TERMINAL = { columns: 100, rows: 40 };

describe('snapshot create', () => {
  test('says what was taken', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'READY');
    expect(await cli('snapshot create ventas')).toEqual({
      code: 0,
      stdout:
        'ventas: snapshot 1-00000001, 212 files, 37 MB, 2.1 MB new, 1.0 MB stored, paused 13 ms (sigstop), took 480 ms\n',
      stderr: '',
    });
    const json = JSON.parse((await cli('snapshot create ventas --kind full --json')).stdout);
    expect(json).toMatchObject({ id: '2-00000002', session: 'ventas', kind: 'full', reason: 'requested' });
    expect(snapshots.changes).toEqual(['snapshot ventas', 'snapshot ventas']);
  });

  test('shows on a terminal how far it is, and leaves nothing of it', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'READY');
    snapshots.hold();
    const stderr = new Sink();
    const running = cli('snapshot create ventas', { terminal: TERMINAL, stderr });
    await expect.poll(() => snapshots.working).toEqual(['snapshot ventas']);
    snapshots.report({ phase: 'storing', done: 30e6, total: 120e6 });
    await expect.poll(() => stderr.text).toMatch(/storing .* 25 %/);
    snapshots.release();
    expect(await running).toMatchObject({ code: 0, stdout: expect.stringMatching(/snapshot 1-00000001.*\n$/) });
    expect(stderr.text.endsWith('\u001b[1A\r\u001b[0J')).toBe(true);
  });

  test('of a session that was never linked: wrong state; of none: not found; nothing or too much: usage', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('ventas', 'QR_REQUIRED');
    expect(await cli('snapshot create ventas')).toMatchObject({ code: 4, stderr: /has no login.*Link it first/s });
    expect(await cli('snapshot create nobody')).toMatchObject({ code: 3 });
    expect(await cli('snapshot create')).toMatchObject({ code: 2, stderr: /Give one session, or --all/ });
    expect(await cli('snapshot create ventas --all')).toMatchObject({ code: 2 });
    expect(await cli('snapshot create ventas --kind tiny')).toMatchObject({ code: 2 });
  });

  test('--all goes on after one that fails, and passes over what was never linked', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('a', 'READY');
    sessions.set('b', 'QR_REQUIRED');
    sessions.set('c', 'READY');
    sessions.set('d', 'UNCLAIMED');
    const { code, stdout, stderr } = await cli('snapshot create --all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'b: "b" has no login.\n' });
    expect(stdout.match(/^\w: snapshot/gm)).toEqual(['a: snapshot', 'c: snapshot']);
    snapshots.failure = new Error('boom');
    const failed = await cli('snapshot create --all --json');
    expect(failed.code).toBe(1);
    const { items } = JSON.parse(failed.stdout);
    expect(
      items.map(({ session, error }: { session: string; error: { code: string } }) => [session, error.code]),
    ).toEqual(['a', 'b', 'c'].map((session) => [session, 'internal']));
  });

  test('--all passes over what has moved to another machine, and says so', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('a', 'READY');
    sessions.set('b', 'MOVED');
    expect(await cli('snapshot create b')).toMatchObject({ code: 4 });
    const { code, stdout, stderr } = await cli('snapshot create --all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'b: "b" has moved.\n' });
    expect(stdout.match(/^\w: snapshot/gm)).toEqual(['a: snapshot']);
  });

  test('Ctrl-C ends the waiting, and says that the service continues', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'READY');
    snapshots.hold();
    const signals = new EventEmitter();
    const stderr = new Sink();
    const running = cli('snapshot create ventas', { terminal: TERMINAL, stderr, signals });
    await expect.poll(() => stderr.text).toContain('ventas  ');
    signals.emit('SIGINT');
    expect((await running).code).toBe(130);
    expect(stderr.text).toMatch(/No longer waiting; the service continues it \(operation op_.*\.\/leadmaster events/s);
    expect(signals.listenerCount('SIGINT')).toBe(0);
    expect(snapshots.working).toEqual(['snapshot ventas']);
    snapshots.release();
    await expect.poll(() => snapshots.changes).toEqual(['snapshot ventas']);
  });

  test('a service that ends while it is at work is no success', async () => {
    const { cli, sessions, snapshots, app } = await fakeService();
    sessions.set('ventas', 'READY');
    snapshots.hold();
    const running = cli('snapshot create ventas --json');
    await expect.poll(() => snapshots.working).toEqual(['snapshot ventas']);
    await app.close();
    const { code, stdout } = await running;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'operation_lost',
      detail: expect.stringContaining('has ended while'),
    });
  });
});

describe('snapshot list and show', () => {
  test('newest first, of one session or of all that the vault holds', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'READY');
    expect((await cli('snapshot list ventas')).stdout).toContain('./leadmaster snapshot create ventas');
    snapshots.take('ventas', { verified: true, verifiedAt: new Date().toISOString() });
    snapshots.take('ventas', { verified: false, method: 'none', chromium: null });
    snapshots.take('gone');
    const one = (await cli('snapshot list ventas')).stdout.trim().split('\n');
    expect(one[0]).toMatch(
      /^ID +WHEN +AGE +KIND +SIZE +NEW +STORED +PAUSE +CHROMIUM +REASON +ACCOUNT +WRITTEN BY +VERIFIED$/,
    );
    expect(one[1]).toMatch(
      /^2-00000002 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d .* essential +37 MB .* - +- +requested +\+5491100000001 +- +DAMAGED$/,
    );
    expect(one[2]).toMatch(/^1-00000001 .* 13 ms +150\.0\.7871\.114 +requested +\+5491100000001 +- +\d s ago$/);
    const all = (await cli('snapshot list')).stdout;
    expect(all).toMatch(/^SESSION +ID .*\nventas +2-.*\nventas +1-.*\ngone +3-/);
    const { items, problems } = JSON.parse((await cli('snapshot list --json')).stdout);
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['2-00000002', '1-00000001', '3-00000003']);
    expect(problems).toEqual([]);
    expect(await cli('snapshot list nobody')).toMatchObject({ code: 3 });
  });

  test('what is wrong with the records stands below, in red', async () => {
    const { cli, snapshots } = await fakeService();
    const taken = snapshots.take('ventas');
    const problem = { kind: 'removed', object: 'chain/2', detail: 'the record \u001b[2J is gone' };
    snapshots.list = async () => ({ items: [taken], problems: [problem] });
    const { code, stdout } = await cli('snapshot list ventas', { terminal: TERMINAL });
    expect(code).toBe(0);
    expect(stdout).toContain('\u001b[31mventas: removed chain/2: the record \\u001b[2J is gone\u001b[39m\n');
    const { problems } = JSON.parse((await cli('snapshot list --json')).stdout);
    expect(problems).toEqual([{ session: 'ventas', ...problem }]);
  });

  test('show: what is known of it, its files only when asked for', async () => {
    const { cli, snapshots } = await fakeService();
    snapshots.take('ventas');
    const { stdout } = await cli('snapshot show ventas');
    expect(stdout).toMatch(/^ventas 1-00000001\n {2}taken +20/);
    expect(stdout).toMatch(/account +5491100000001 Ana/);
    expect(stdout).toMatch(/counted +7 rows and 3 items before the copy, nothing after it/);
    expect(stdout).toContain('Databases\nok   Local Storage: 3 tables\n');
    expect(stdout).not.toContain('Preferences');
    expect((await cli('snapshot show ventas 1 --files')).stdout).toMatch(/file +0600 +8192 +Default\/Preferences/);
    expect(JSON.parse((await cli('snapshot show ventas latest --json')).stdout)).toMatchObject({
      id: '1-00000001',
      entries: [{ path: 'Default/Preferences' }],
    });
  });

  test('an id that could be several is wrong usage, one that is none not found', async () => {
    const { cli, snapshots } = await fakeService();
    snapshots.take('ventas', { id: '1-aa000000' });
    snapshots.take('ventas', { id: '1-ab000000' });
    expect(await cli('snapshot show ventas 1-a')).toMatchObject({
      code: 2,
      stderr: /1-a could be any of 1-ab000000, 1-aa000000/,
    });
    expect(JSON.parse((await cli('snapshot show ventas 9 --json')).stdout)).toMatchObject({
      error: { code: 'snapshot_not_found', exitCode: 3, hint: 'List them: ./leadmaster snapshot list ventas' },
    });
  });
});

describe('snapshot verify', () => {
  test('is good, or exit code 1 with what is not', async () => {
    const { cli, snapshots } = await fakeService();
    const { id } = snapshots.take('ventas');
    expect(await cli('snapshot verify ventas')).toEqual({
      code: 0,
      stdout: `ok   content: as it was written\nSnapshot ${id} of ventas is good.\n`,
      stderr: '',
    });
    expect((await cli('snapshot verify ventas 1 --drill')).stdout).toContain('ok   drill');
    snapshots.damage(id);
    expect(await cli('snapshot verify ventas')).toMatchObject({
      code: 1,
      stdout: 'FAIL content: pack 3f2a is damaged\n',
      stderr: /Snapshot 1-00000001 of ventas is not good/,
    });
    const { code, stdout } = await cli('snapshot verify ventas --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ session: 'ventas', snapshot: id, ok: false, checks: [{ ok: false }] });
  });
});

describe('snapshot restore', () => {
  test('claims no previous profile where there may be none, as of a deleted session', async () => {
    const { cli, snapshots } = await fakeService();
    snapshots.take('ventas');
    const { code, stdout, stderr } = await cli('snapshot restore ventas', { answers: 'yes' });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: /If it has a profile now, that goes to the trash/ });
    expect(stdout).toContain('a profile that it had before is in the trash');
    expect(stderr + stdout).not.toMatch(/the previous profile|The profile that it has now/);
  });

  test('asks first, saying what is replaced', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'STOPPED');
    snapshots.take('ventas');
    expect(await cli('snapshot restore ventas')).toMatchObject({ code: 2, stderr: /--yes/ });
    const declined = await cli('snapshot restore ventas', { answers: 'no' });
    expect(declined).toMatchObject({ code: 1, stderr: /goes back to snapshot 1-00000001 of .*goes to the trash/s });
    expect(snapshots.changes).toEqual([]);
    const done = await cli('snapshot restore ventas', { answers: 'yes' });
    expect(done).toMatchObject({ code: 0, stdout: /ventas is back at snapshot 1-.*\nventas is STOPPED/ });
    expect(snapshots.changes).toEqual(['restore ventas 1-00000001']);
  });

  test('given again goes back to the same one, not to what the first has set aside', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'STOPPED');
    snapshots.take('ventas');
    snapshots.take('ventas', { reason: 'before_restore' });
    for (const line of ['snapshot restore ventas', 'snapshot restore ventas latest', 'snapshot restore ventas 2'])
      await cli(`${line} --yes --overwrite-newer`);
    const back = 'restore ventas 1-00000001';
    expect(snapshots.changes).toEqual([back, back, 'restore ventas 2-00000002']);
  });

  test('--start and --restart; with JSON the session', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'READY');
    snapshots.take('ventas');
    const refused = await cli('snapshot restore ventas --yes');
    const command = './leadmaster snapshot restore ventas 1-00000001 --restart';
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(command) });
    const restarted = await cli('snapshot restore ventas 1 --yes --restart --json');
    expect(JSON.parse(restarted.stdout)).toMatchObject({ name: 'ventas', state: 'READY' });
    sessions.set('ventas', 'STOPPED', { generation: 1 });
    expect((await cli('snapshot restore ventas --yes --start')).stdout).toContain('ventas is READY');
  });

  test('over a newer login only when told to', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'STOPPED', { generation: 7 });
    snapshots.take('ventas');
    const refused = await cli('snapshot restore ventas --yes');
    expect(refused).toMatchObject({ code: 4, stderr: /The login in place is of generation 7.*--overwrite-newer/s });
    const { error } = JSON.parse((await cli('snapshot restore ventas --yes --json')).stdout);
    expect(error).toMatchObject({ code: 'newer_login', status: 409, exitCode: 4 });
    expect(await cli('snapshot restore ventas --yes --overwrite-newer')).toMatchObject({ code: 0 });
  });

  test('a damaged one is not restored', async () => {
    const { cli, sessions, snapshots } = await fakeService();
    sessions.set('ventas', 'STOPPED');
    snapshots.damage(snapshots.take('ventas').id);
    expect(await cli('snapshot restore ventas --yes')).toMatchObject({ code: 1, stderr: /is damaged/ });
    expect(snapshots.changes).toEqual([]);
  });
});

describe('snapshot delete and prune', () => {
  test('delete asks, and wants an id', async () => {
    const { cli, snapshots } = await fakeService();
    snapshots.take('ventas');
    snapshots.take('ventas');
    expect(await cli('snapshot delete ventas --yes')).toMatchObject({ code: 2 });
    expect(await cli('snapshot delete ventas 1')).toMatchObject({ code: 2, stderr: /--yes/ });
    expect(await cli('snapshot delete ventas 1', { answers: '' })).toMatchObject({ code: 1 });
    expect(await cli('snapshot delete ventas 1', { answers: 'y' })).toMatchObject({
      code: 0,
      stdout: 'Snapshot 1-00000001 of ventas is deleted.\n',
    });
    expect(JSON.parse((await cli('snapshot delete ventas latest -y --json')).stdout)).toEqual({
      session: 'ventas',
      deleted: '2-00000002',
    });
    expect(snapshots.changes).toEqual(['forget ventas 1-00000001', 'forget ventas 2-00000002']);
  });

  test('prune says what was forgotten and freed, of one session or of all', async () => {
    const { cli, snapshots } = await fakeService();
    for (let i = 0; i < 4; i++) snapshots.take('a');
    snapshots.take('b');
    expect(await cli('snapshot prune')).toMatchObject({ code: 2, stderr: /--yes/ });
    expect(await cli('snapshot prune', { answers: 'y' })).toMatchObject({
      code: 0,
      stdout:
        'a: forgotten 2-00000002, 1-00000001; 2.1 MB freed (2 packs deleted, 0 rewritten)\n' +
        'b: nothing forgotten; 0 B freed (0 packs deleted, 0 rewritten)\n',
    });
    const { items } = JSON.parse((await cli('snapshot prune a --yes --json')).stdout);
    expect(items).toEqual([{ session: 'a', forgotten: [], deletedPacks: 0, rewrittenPacks: 0, freedBytes: 0 }]);
    snapshots.empty();
    expect((await cli('snapshot prune --yes')).stdout).toContain('nothing to prune');
  });
});

test('session delete claims no profile where there may be none, as of a session that has moved', async () => {
  const { cli, sessions } = await fakeService();
  sessions.set('ventas', 'MOVED');
  const { stdout, stderr } = await cli('session delete ventas', { answers: 'y' });
  expect(stderr).toContain('A profile that it has here goes to the trash.');
  expect(stdout).toBe('ventas is deleted; a profile that it had here is in the trash.\n');
});

test('session delete --purge asks with the stronger sentence', async () => {
  const { cli, sessions } = await fakeService();
  sessions.set('ventas', 'STOPPED');
  const declined = await cli('session delete ventas --purge', { answers: 'n' });
  expect(declined).toMatchObject({ code: 1, stderr: /AND DESTROY ALL ITS SNAPSHOTS/ });
  const { stdout } = await cli('session delete ventas --purge --yes --json');
  expect(JSON.parse(stdout)).toEqual({ deleted: 'ventas', purged: true });
});

test('a record that cannot be read is deleted by its number, which a snapshot of that number goes before', async () => {
  const { cli, snapshots } = await fakeService();
  const { id } = snapshots.take('ventas');
  const items = await snapshots.list('ventas');
  const problem = { kind: 'damaged', object: 'chain/6a95/0000000007', detail: 'rubbish' } as const;
  vi.spyOn(snapshots, 'list').mockResolvedValue({ ...items, problems: [problem] });
  const gone = vi.spyOn(snapshots, 'delete').mockResolvedValue();
  expect(await cli('snapshot delete ventas 7 --yes')).toMatchObject({ code: 0, stdout: /Snapshot 7 of ventas/ });
  expect(gone.mock.calls[0]?.slice(0, 2)).toEqual(['ventas', '7']);
  expect(await cli('snapshot delete ventas 1 --yes')).toMatchObject({ code: 0 });
  expect(gone.mock.calls[1]?.slice(0, 2)).toEqual(['ventas', id]);
  expect(await cli('snapshot delete ventas 8 --yes')).toMatchObject({ code: 3 });
});

test('that another installation may lose its snapshots is said with --other-writers, and with nothing else', async () => {
  const { cli, sessions, snapshots } = await fakeService();
  const { id } = snapshots.take('ventas');
  sessions.set('ventas', 'STOPPED');
  const one = vi.spyOn(snapshots, 'delete').mockResolvedValue();
  const all = vi.spyOn(sessions, 'delete').mockResolvedValue();
  for (const otherWriters of [false, true]) {
    const flag = otherWriters ? ' --other-writers' : '';
    await cli(`snapshot delete ventas ${id} --yes${flag}`);
    expect(one.mock.lastCall?.slice(2)).toMatchObject([{ otherWriters }]);
    await cli(`session delete ventas --purge --yes${flag}`);
    expect(all.mock.lastCall).toEqual(['ventas', { purge: true, otherWriters }]);
  }
});

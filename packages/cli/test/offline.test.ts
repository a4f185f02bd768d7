import { EventEmitter } from 'node:events';
import { FakePlaceService, FakeSessionService, FakeSnapshotService } from '@leadmaster/testkit';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { run, Sink } from './harness.ts';

/** What the data folder would open to; `real/offline.test.ts` opens real ones. */
const disk = vi.hoisted(() => ({ open: vi.fn(), openPlace: vi.fn() }));
vi.mock('@leadmaster/session-manager/offline', () => ({ openOffline: disk.open, openPlaceOffline: disk.openPlace }));

/** No service, and what it would work on. Port 9 has no listener. */
function machine() {
  const sessions = new FakeSessionService();
  const snapshots = new FakeSnapshotService(sessions);
  const place = new FakePlaceService();
  const close = vi.fn(async () => {});
  disk.openPlace.mockImplementation(async () => ({ place, close }));
  disk.open.mockImplementation(async () => {
    const names = (await sessions.list()).items.map(({ name }) => name);
    return { snapshots, sessions: names, close };
  });
  const env = { SESSION_MANAGER_PORT: '9', LEADMASTER_ADMIN_KEY: 'k', LEADMASTER_DATA_DIR: '/nowhere' };
  const cli = (line: string, options: Parameters<typeof run>[1] = {}) => run(line.split(' '), { ...options, env });
  return { sessions, snapshots, place, close, cli };
}

beforeEach(() => disk.open.mockReset());

describe('with the service down', () => {
  test.each([
    ['snapshot list', /ventas +1-00000001/],
    ['snapshot list ventas', /1-00000001/],
    ['snapshot show ventas', /generation 1/],
    ['snapshot verify ventas', /is good/],
    ['snapshot restore ventas --yes', /is back at snapshot 1-00000001/],
    ['snapshot delete ventas 1 --yes', /is deleted/],
    ['snapshot prune --yes', /ventas: nothing forgotten/],
    ['snapshot create ventas', /ventas: snapshot 2-00000002/],
    ['snapshot create --all', /ventas: snapshot 2-00000002/],
    ['recover', /ventas +1 +1-00000001/],
    ['recover ventas --origin-retired', /FAIL ventas: it is here already/],
  ])('%s', async (line, said) => {
    const { cli, sessions, snapshots, close } = machine();
    sessions.set('ventas', 'STOPPED');
    snapshots.take('ventas');
    const { code, stdout, stderr } = await cli(line);
    expect(stdout).toMatch(said);
    expect(stderr).toContain('The service is down');
    expect(code).toBe(line.startsWith('recover ventas') ? 1 : 0);
    expect(close).toHaveBeenCalledOnce();
  });

  test('with --json the result alone', async () => {
    const { cli, snapshots } = machine();
    snapshots.take('ventas');
    const { stdout, stderr } = await cli('snapshot verify ventas --json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect(stderr).toBe('');
  });

  test('what was to start is said to start with the service', async () => {
    const { cli, snapshots } = machine();
    snapshots.take('ventas');
    const { stderr } = await cli('recover ventas --origin-retired');
    expect(stderr).toContain('npm start');
    expect((await cli('snapshot restore ventas --yes --restart')).stderr).toContain('npm start');
  });

  test.each([
    'recover ventas --origin-retired --demo',
    'snapshot restore ventas --yes --restart --demo',
    'place accept --origin-retired --demo',
  ])('%s: what was to start is said to start with the demo', async (line) => {
    const { cli, snapshots } = machine();
    snapshots.take('ventas');
    const { stdout, stderr } = await cli(line);
    expect(stdout + stderr).toContain('npm start -- --demo');
  });

  test('the place is shown and accepted; what it releases is said to start with the service', async () => {
    const { cli, place, close } = machine();
    const shown = await cli('place show');
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining('The service is down') });
    expect(shown.stdout).toContain('Waiting: ventas, soporte');
    expect(await cli('place accept')).toMatchObject({ code: 5, stderr: expect.stringContaining('--origin-retired') });
    expect(place.waiting).toEqual(['ventas', 'soporte']);
    const some = await cli('place accept ventas --origin-retired');
    expect(some).toMatchObject({ code: 0, stdout: expect.stringMatching(/Released: ventas[\s\S]*npm start/) });
    expect(some.stdout).not.toContain('Started');
    expect(some.stderr).toContain('Still waiting: soporte');
    const { stdout } = await cli('place accept --origin-retired --json');
    expect(JSON.parse(stdout)).toMatchObject({ accepted: ['soporte'], place: { waiting: [] } });
    expect(close).toHaveBeenCalledTimes(4);
  });

  test('a folder that was put back from a backup is said to be that', async () => {
    const { cli, place } = machine();
    const seen = { path: '/srv/data', host: 'vm' };
    vi.spyOn(place, 'view').mockReturnValue({
      now: { ...seen, since: '2026-03-02T10:00:00.000Z' },
      before: { ...seen, since: '2026-01-01T09:00:00.000Z' },
      ...{ readable: true, waiting: ['ventas'] },
    });
    const { stdout } = await cli('place show');
    expect(stdout).toMatch(
      /put back from a backup[\s\S]*is \/srv\/data on vm, seen there since 2026-03-02[\s\S]*ventas/,
    );
    expect(stdout).not.toContain('The data folder was /srv/data');
  });

  test('Ctrl-C aborts the work itself, in order', async () => {
    const { cli, snapshots, close } = machine();
    snapshots.take('ventas');
    snapshots.hold();
    const [signals, stderr] = [new EventEmitter(), new Sink()];
    const running = cli('snapshot verify ventas', { signals, stderr, terminal: { columns: 80, rows: 24 } });
    await expect.poll(() => snapshots.working).toEqual(['verify ventas 1-00000001']);
    signals.emit('SIGINT');
    expect((await running).code).toBe(130);
    expect(stderr.text).toMatch(/Interrupted/);
    expect(snapshots.working).toEqual([]);
    expect(close).toHaveBeenCalledOnce();
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });

  test('a failure of the work is told, and what was open is closed', async () => {
    const { cli, snapshots, close } = machine();
    snapshots.failure = new Error('the disk is gone');
    expect(await cli('snapshot list ventas')).toMatchObject({ code: 1, stderr: /the disk is gone/ });
    expect(close).toHaveBeenCalledOnce();
  });
});

test('a second writer of a history is named where a snapshot is taken, and where a newer record is damaged "latest" says so', async () => {
  const { cli, sessions, snapshots } = machine();
  sessions.set('ventas', 'READY');
  snapshots.take('ventas');
  const { items } = await snapshots.list('ventas');
  const problems = [
    { kind: 'second_writer', object: 'ventas', detail: 'Two installations write this history' },
    { kind: 'damaged', object: 'chain/0/0000000002', detail: 'it is damaged' },
    { kind: 'damaged', object: 'chain/0/0000000000', detail: 'an earlier one' },
  ];
  vi.spyOn(snapshots, 'list').mockResolvedValue({ items, problems });
  expect((await cli('snapshot create ventas')).stdout).toMatch(/second_writer .*Two installations/);
  expect((await cli('snapshot restore ventas --yes')).stderr).toMatch(/may not be the newest/);
  expect((await cli('snapshot restore ventas 1 --yes')).stderr).not.toMatch(/may not be the newest/);
});

describe('snapshot verify, where a newer record cannot be read', () => {
  const damaged = { kind: 'damaged', object: 'chain/0/0000000003', detail: 'its seal does not hold' };
  const removed = { kind: 'rolled_back', object: 'chain/0/0000000003', detail: 'The vault is older than it was' };
  const earlier = { kind: 'damaged', object: 'chain/0/0000000001', detail: 'an earlier one' };

  async function withProblem(problem: typeof damaged) {
    const made = machine();
    made.snapshots.take('ventas');
    made.snapshots.take('ventas');
    const { items } = await made.snapshots.list('ventas');
    vi.spyOn(made.snapshots, 'list').mockResolvedValue({ items, problems: [problem, earlier] });
    return made;
  }

  test.each([
    ['damaged', damaged],
    ['removed', removed],
  ])('the newest is not good when it is %s, and the one before is told as the newest that is', async (_, problem) => {
    const { cli } = await withProblem(problem);
    for (const text of ['', ' latest', ' --drill']) {
      const { code, stdout, stderr } = await cli(`snapshot verify ventas${text}`);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^FAIL newest: chain\/0\/0000000003/m);
      expect(stdout).not.toContain('an earlier one');
      expect(stderr).toMatch(/newest snapshot of ventas cannot be read.* 2-00000002 is good, the newest that is/);
      expect(stderr).not.toContain('may not be the newest');
    }
    const { code, stdout } = await cli('snapshot verify ventas --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, snapshot: '2-00000002', good: '2-00000002' });
  });

  test('one that is named is judged alone, with a word beside it where it is the newest that can be read', async () => {
    const { cli } = await withProblem(damaged);
    const second = await cli('snapshot verify ventas 2');
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('2-00000002 of ventas is good.') });
    expect(second.stderr).toMatch(/a newer one cannot be read: chain\/0\/0000000003/);
    expect(second.stdout).not.toContain('FAIL');
    const first = await cli('snapshot verify ventas 1');
    expect(first.code).toBe(0);
    expect(first.stderr).not.toContain('newer');
    const { ok, checks, newer } = JSON.parse((await cli('snapshot verify ventas 2 --json')).stdout);
    expect([ok, checks.every((check: { ok: boolean }) => check.ok)]).toEqual([true, true]);
    expect(newer).toEqual([damaged]);
  });

  test('its record is taken out of the history by its number, and by nothing else', async () => {
    const { cli, snapshots } = await withProblem(damaged);
    const gone = vi.spyOn(snapshots, 'delete').mockResolvedValue();
    expect(await cli('snapshot delete ventas 3 --yes')).toMatchObject({ code: 0, stdout: /3 of ventas is deleted/ });
    expect(gone).toHaveBeenLastCalledWith('ventas', '3', { otherWriters: false });
    expect(await cli('snapshot delete ventas 1 --yes')).toMatchObject({ code: 0, stdout: /1-00000001 of ventas/ });
    expect(await cli('snapshot delete ventas 4 --yes')).toMatchObject({ code: 3 });
    expect(gone).toHaveBeenCalledTimes(2);
  });

  test('where the one before is not good either, none is told as good', async () => {
    const { cli, snapshots } = await withProblem(damaged);
    vi.spyOn(snapshots, 'verify').mockResolvedValue({ ok: false, checks: [{ name: 'bytes', ok: false, detail: 'x' }] });
    const { code, stderr } = await cli('snapshot verify ventas');
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/ is good/);
    expect(JSON.parse((await cli('snapshot verify ventas --json')).stdout)).toMatchObject({ ok: false, good: null });
  });
});

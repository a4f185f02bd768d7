import { EventEmitter } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { openOffline, openPlaceOffline } from '@leadmaster/session-manager/offline';
import { playOutside, vaultOf } from '@leadmaster/testkit';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { copiedFolder, run, Sink, service, tempFolder } from './harness.ts';

type Played = Parameters<typeof openOffline>[1];

/** What a data folder is opened with, and how many are open. */
const disk = vi.hoisted(() => ({ played: {} as NonNullable<Played>, opened: 0, open: 0 }));

vi.mock('@leadmaster/session-manager/offline', async (original) => {
  const real = await original<{ openOffline: typeof openOffline; openPlaceOffline: typeof openPlaceOffline }>();
  const counted = <O extends { close(): Promise<void> }>(opened: O): O => {
    disk.opened += 1;
    disk.open += 1;
    const close = async (): Promise<void> => {
      await opened.close();
      disk.open -= 1;
    };
    return { ...opened, close };
  };
  return {
    openOffline: async (config: Parameters<typeof openOffline>[0]) =>
      counted(await real.openOffline(config, disk.played)),
    openPlaceOffline: async (config: Parameters<typeof openOffline>[0]) =>
      counted(await real.openPlaceOffline(config, disk.played)),
  };
});

beforeEach(() => Object.assign(disk, { played: {}, opened: 0, open: 0 }));

/** The command line on a data folder whose service is down. Port 9 has no listener. */
function down(dataDir: string) {
  const env = { SESSION_MANAGER_PORT: '9', LEADMASTER_ADMIN_KEY: 'k', LEADMASTER_DATA_DIR: dataDir };
  return (line: string, options: Parameters<typeof run>[1] = {}) => run(line.split(' '), { ...options, env });
}

/** A folder whose service has ended, with a linked session and so many snapshots of it. The oldest comes first. */
async function machine(snapshots = 1) {
  const there = await service();
  await there.given('ventas', 'LINKED');
  const ids: string[] = [];
  for (let i = 0; i < snapshots; i += 1) ids.push((await there.take('ventas')).id);
  await there.stop();
  const { blobs, dataDir } = there;
  const { outside, captures } = playOutside(blobs);
  disk.played = { outside };
  return { ...there, captures, ids, records: await recordsOf(there), cli: down(dataDir) };
}

/** Makes it the folder of a demo that was started beside it. */
async function asDemo(dataDir: string): Promise<string> {
  await rename(dataDir, `${dataDir}-demo`);
  return `${dataDir}-demo`;
}

/** The records of the only history, the oldest first. */
async function recordsOf({ blobs }: Pick<Awaited<ReturnType<typeof service>>, 'blobs'>): Promise<string[]> {
  const found = await Array.fromAsync(blobs.list('chain/'));
  return found.map(({ key }) => key).sort();
}

describe('with the service down', () => {
  test.each([
    ['snapshot list', /ventas +1-[0-9a-f]{8}/],
    ['snapshot list ventas', /1-[0-9a-f]{8}/],
    ['snapshot show ventas', /generation 1/],
    ['snapshot verify ventas', /is good/],
    ['snapshot restore ventas --yes', /is back at snapshot 1-[0-9a-f]{8}/],
    ['snapshot delete ventas 1 --yes', /is deleted/],
    ['snapshot prune --yes', /ventas: nothing forgotten/],
    ['snapshot create ventas', /ventas: snapshot 2-[0-9a-f]{8}/],
    ['snapshot create --all', /ventas: snapshot 2-[0-9a-f]{8}/],
    ['recover', /ventas +1 +1-[0-9a-f]{8}/],
    ['recover ventas --origin-retired', /FAIL ventas: there is a profile of that name here/],
  ])('%s', async (line, said) => {
    const { cli } = await machine();
    const { code, stdout, stderr } = await cli(line);
    expect(stdout).toMatch(said);
    expect(stderr).toContain('The service is down');
    expect(code).toBe(line.startsWith('recover ventas') ? 1 : 0);
    expect(disk).toMatchObject({ opened: 1, open: 0 });
  });

  test('with --json the result alone', async () => {
    const { cli } = await machine();
    const { stdout, stderr } = await cli('snapshot verify ventas --json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect(stderr).toBe('');
  });

  test.each([
    ['', 'npm start'],
    [' --demo', 'npm start -- --demo'],
  ])('what was to start is said to start with the service, or the demo:%s', async (flag, command) => {
    const { dataDir: folder } = await machine();
    const dataDir = flag === '' ? folder : await asDemo(folder);
    const cli = down(folder);
    const back = await cli(`snapshot restore ventas --yes --restart${flag}`);
    expect([back.code, back.stderr]).toEqual([0, expect.stringContaining(command)]);
    await rename(join(dataDir, 'tokens/ventas'), join(tempFolder(), 'lost'));
    const recovered = await cli(`recover ventas --origin-retired${flag}`);
    expect(recovered).toMatchObject({ code: 0, stderr: expect.stringContaining(command) });
  });

  test('the place is shown and accepted; what it releases is said to start with the service', async () => {
    const { dataDir, blobs, probe } = await copiedFolder('ventas', 'soporte');
    disk.played = { outside: playOutside(blobs).outside, probe };
    const cli = down(dataDir);
    const shown = await cli('place show');
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining('The service is down') });
    expect(shown.stdout).toContain('Waiting: soporte, ventas');
    expect(await cli('place accept')).toMatchObject({ code: 5, stderr: expect.stringContaining('--origin-retired') });
    expect((await cli('place show')).stdout).toContain('Waiting: soporte, ventas');
    const some = await cli('place accept ventas --origin-retired');
    expect(some).toMatchObject({ code: 0, stdout: expect.stringMatching(/Released: ventas[\s\S]*npm start/) });
    expect(some.stdout).not.toContain('Started');
    expect(some.stderr).toContain('Still waiting: soporte');
    const { stdout } = await cli('place accept --origin-retired --json');
    expect(JSON.parse(stdout)).toMatchObject({ accepted: ['soporte'], place: { waiting: [] } });
    expect(disk).toMatchObject({ opened: 5, open: 0 });
  });

  test('what an accepted place releases is said to start with the demo, of a demo', async () => {
    const { dataDir, blobs, probe } = await copiedFolder('ventas');
    disk.played = { outside: playOutside(blobs).outside, probe };
    await asDemo(dataDir);
    const { code, stdout } = await down(dataDir)('place accept --origin-retired --demo');
    expect([code, stdout]).toEqual([0, expect.stringContaining('npm start -- --demo')]);
  });

  test('a folder that was put back from a backup is said to be that', async () => {
    const { dataDir, blobs, probe, origin } = await copiedFolder('ventas');
    await rename(origin, `${origin}.before`);
    await rename(dataDir, origin);
    disk.played = { outside: playOutside(blobs).outside, probe };
    const { stdout } = await down(origin)('place show');
    const today = new Date().toISOString().slice(0, 4);
    expect(stdout).toMatch(
      new RegExp(`put back from a backup[^]*is ${origin} on \\S+, seen there since ${today}[^]*ventas`),
    );
    expect(stdout).not.toContain('The data folder was');
  });

  test('Ctrl-C aborts the work itself, in order', async () => {
    const { cli, blobs } = await machine();
    const { promise, resolve } = Promise.withResolvers<void>();
    onTestFinished(() => resolve());
    blobs.plan({ what: 'wait', on: 'get', key: /^packs/, until: promise });
    const [signals, stderr] = [new EventEmitter(), new Sink()];
    const running = cli('snapshot verify ventas', { signals, stderr, terminal: { columns: 80, rows: 24 } });
    await expect.poll(() => blobs.calls.at(-1)?.key).toMatch(/^packs/);
    signals.emit('SIGINT');
    expect((await running).code).toBe(130);
    expect(stderr.text).toMatch(/Interrupted/);
    expect(disk).toMatchObject({ opened: 1, open: 0 });
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });

  test('a failure of the work is told, and what was open is closed', async () => {
    const { cli, blobs } = await machine();
    blobs.plan({ what: 'fail', times: Number.POSITIVE_INFINITY, error: new Error('the disk is gone') });
    expect(await cli('snapshot list ventas')).toMatchObject({ code: 1, stderr: /the disk is gone/ });
    expect(disk).toMatchObject({ opened: 1, open: 0 });
  });
});

test('a second writer of a history is named where a snapshot is taken', async () => {
  const other = await vaultOf({ ventas: 1 });
  const here = await service(other);
  await here.given('ventas', 'LINKED');
  await here.take('ventas');
  await here.stop();
  disk.played = { outside: playOutside(other.blobs).outside };
  expect((await down(here.dataDir)('snapshot create ventas')).stdout).toMatch(/second_writer .*Two installations/);
});

describe('where a newer record cannot be read', () => {
  /** Four snapshots, of which the first cannot be read either: the newest that can be is the third. */
  async function withLost(how: 'damaged' | 'removed') {
    const made = await machine(4);
    const [first = '', , , last = ''] = made.records;
    await made.blobs.put(first, Buffer.from('rubbish'));
    if (how === 'damaged') await made.blobs.put(last, Buffer.from('rubbish'));
    else await made.blobs.delete(last);
    return { ...made, first, last, third: made.ids[2] };
  }

  test.each(['damaged', 'removed'] as const)(
    'the newest is not good when it is %s, and the one before is told as the newest that is',
    async (how) => {
      const { cli, first, last, third } = await withLost(how);
      for (const text of ['', ' latest', ' --drill']) {
        const { code, stdout, stderr } = await cli(`snapshot verify ventas${text}`);
        expect(code).toBe(1);
        expect(stdout).toMatch(/^FAIL newest: /m);
        expect(stdout).toContain(how === 'damaged' ? last : 'older');
        expect(stdout).not.toContain(first);
        expect(stderr).toMatch(
          new RegExp(`newest snapshot of ventas cannot be read.* ${third} is good, the newest that is`),
        );
        expect(stderr).not.toContain('may not be the newest');
      }
      const { code, stdout } = await cli('snapshot verify ventas --json');
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, snapshot: third, good: third });
    },
  );

  test('one that is named is judged alone, with a word beside it where it is the newest that can be read', async () => {
    const { cli, ids, last } = await withLost('damaged');
    const third = await cli('snapshot verify ventas 3');
    expect(third).toMatchObject({ code: 0, stdout: expect.stringContaining(`${ids[2]} of ventas is good.`) });
    expect(third.stderr).toContain('a newer one cannot be read: ');
    expect(third.stderr).toContain(last);
    expect(third.stdout).not.toContain('FAIL');
    const second = await cli('snapshot verify ventas 2');
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('newer');
    const { ok, checks, newer } = JSON.parse((await cli('snapshot verify ventas 3 --json')).stdout);
    expect([ok, checks.every((check: { ok: boolean }) => check.ok)]).toEqual([true, true]);
    expect(newer).toMatchObject([{ kind: 'damaged', object: last }]);
  });

  test('a restore of "latest" says so, and one of a snapshot that is named does not', async () => {
    const { cli, third } = await withLost('damaged');
    const latest = await cli('snapshot restore ventas --yes');
    expect(latest.stderr).toMatch(/may not be the newest/);
    expect(latest.stdout).toContain(`is back at snapshot ${third}`);
    expect((await cli('snapshot restore ventas 2 --yes --overwrite-newer')).stderr).not.toMatch(
      /may not be the newest/,
    );
  });

  test('its record is taken out of the history by its number, and by nothing else', async () => {
    const { blobs, cli, ids, last } = await withLost('damaged');
    expect(await cli('snapshot delete ventas 5 --yes')).toMatchObject({ code: 3 });
    expect(await cli('snapshot delete ventas 4 --yes')).toMatchObject({ code: 0, stdout: /4 of ventas is deleted/ });
    expect(await blobs.stat(last)).toBeNull();
    expect(await cli('snapshot delete ventas 2 --yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${ids[1]} of ventas`),
    });
    // The first is known by the records behind it.
    const { items } = JSON.parse((await cli('snapshot list ventas --json')).stdout);
    expect(items).toMatchObject([{ id: ids[2] }, { id: ids[0], verified: false }]);
  });

  test('where the one before is not good either, none is told as good', async () => {
    const { cli, damageVault } = await withLost('damaged');
    await damageVault();
    const { code, stderr } = await cli('snapshot verify ventas');
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/ is good/);
    expect(JSON.parse((await cli('snapshot verify ventas --json')).stdout)).toMatchObject({ ok: false, good: null });
  });
});

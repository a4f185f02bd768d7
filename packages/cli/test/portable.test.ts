import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { MemoryStore, openVault, parseMasterKeys } from '@leadmaster/vault';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fakeService } from './harness.ts';

const PASSPHRASE = 'caballo batería grapa';
const KNOWN = { env: { LEADMASTER_PASSPHRASE: PASSPHRASE } };

/** A real export, of a session that is called `ventas`. */
async function realExport(name = 'ventas'): Promise<Buffer> {
  const masterKeys = parseMasterKeys('0'.repeat(64));
  const vault = await openVault({ store: new MemoryStore(), masterKeys, create: true });
  const open = () => Buffer.alloc(60_000, 'a');
  const source = [
    { kind: 'file' as const, path: 'Default/a', mode: 0o600, mtimeMs: 0, size: 60_000, identity: null, open },
  ];
  const { id } = await vault.save(name, source, { kind: 'essential' });
  return Buffer.concat(await Array.fromAsync(vault.exportTo(name, id, { passphrase: PASSPHRASE })));
}

async function setUp() {
  const service = await fakeService();
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-cli-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  service.snapshots.file = await realExport();
  return { ...service, folder, file: join(folder, 'ventas.lmx') };
}

describe('export', () => {
  test('takes a fresh snapshot, writes it for its owner only, reads it back, and says so', async () => {
    const { cli, sessions, snapshots, folder, file } = await setUp();
    sessions.set('ventas', 'READY');
    const ran = await cli(['export', 'ventas', file], KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/read back and proven/) });
    expect(snapshots.changes).toEqual(['snapshot ventas']);
    expect(readdirSync(folder)).toEqual(['ventas.lmx']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file)).toEqual(snapshots.file);
    expect(ran.stdout + ran.stderr).not.toContain('grapa');
    expect((await sessions.get('ventas')).state).toBe('READY');
  });

  test('of a snapshot that is there takes no new one; --json tells what was written', async () => {
    const { cli, sessions, snapshots, file } = await setUp();
    sessions.set('ventas', 'READY');
    const { id } = snapshots.take('ventas');
    const { code, stdout } = await cli(['export', 'ventas', file, '--snapshot', 'latest', '--json'], KNOWN);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      session: 'ventas',
      snapshot: id,
      file,
      bytes: snapshots.file?.length,
      verified: true,
      retired: false,
    });
    expect(snapshots.changes).toEqual([]);
  });

  test('writes over nothing unless told so, and then only when the new one is whole', async () => {
    const { cli, sessions, snapshots, folder, file } = await setUp();
    sessions.set('ventas', 'READY');
    writeFileSync(file, 'precious');
    expect(await cli(['export', 'ventas', file], KNOWN)).toMatchObject({ code: 1, stderr: /is there already/ });
    expect(await cli(['export', 'ventas', folder, '--force'], KNOWN)).toMatchObject({
      code: 1,
      stderr: /not a folder/,
    });
    for (const stream of ['-', '/dev/null'])
      expect(await cli(['export', 'ventas', stream, '--force'], KNOWN)).toMatchObject({
        code: 2,
        stderr: /is no file/,
      });
    const good = snapshots.file as Buffer;
    snapshots.file = good.subarray(0, -1);
    expect(await cli(['export', 'ventas', file, '--force'], KNOWN)).toMatchObject({ code: 1, stderr: /damaged/ });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    snapshots.file = good;
    expect((await cli(['export', 'ventas', file, '--force'], KNOWN)).code).toBe(0);
    expect(readFileSync(file)).toEqual(good);
    expect(readdirSync(folder)).toEqual(['ventas.lmx']);
  });

  test('--retire stops it first, and gives it up only with the file proven; else it runs again, and that is told', async () => {
    const { cli, sessions, snapshots, file } = await setUp();
    sessions.set('ventas', 'READY');
    const good = snapshots.file as Buffer;
    snapshots.file = good.subarray(0, -1);
    const failed = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(failed).toMatchObject({ code: 1, stderr: /damaged.* ventas was stopped for it, and is started again\./ });
    expect((await sessions.get('ventas')).state).not.toBe('STOPPED');
    snapshots.file = good;
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: /ventas is MOVED here/ });
    expect(sessions.changes).toEqual(['stop ventas', 'start ventas', 'stop ventas']);
    expect(snapshots.changes).toEqual(['snapshot ventas', 'snapshot ventas', 'retire ventas']);
    const again = await cli(['export', 'ventas', `${file}.2`, '--retire'], KNOWN);
    expect(again).toMatchObject({ code: 4, stderr: /given up here already/ });
  });

  test('--retire of a session whose account waits for a person is refused before it is stopped', async () => {
    const { cli, sessions, file } = await setUp();
    sessions.set('ventas', 'WRONG_ACCOUNT');
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('another account') });
    expect(sessions.changes).toEqual([]);
  });

  test('--retire to a place where no file can be made stops nothing, and one that cannot start again says so', async () => {
    const { cli, sessions, snapshots, folder, file } = await setUp();
    sessions.set('ventas', 'READY');
    writeFileSync(join(folder, 'file'), '');
    for (const nowhere of [join(folder, 'none/ventas.lmx'), join(folder, 'file/ventas.lmx'), '/proc/ventas.lmx']) {
      const ran = await cli(['export', 'ventas', nowhere, '--retire'], KNOWN);
      expect(ran, nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining(nowhere) });
    }
    expect([...sessions.changes, ...snapshots.changes]).toEqual([]);
    expect(readdirSync(folder)).toEqual(['file']);
    snapshots.file = (snapshots.file as Buffer).subarray(0, -1);
    vi.spyOn(sessions, 'start').mockRejectedValue(
      new LeadMasterError('browser_missing', 'No browser.', 'Install one.'),
    );
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran.stderr).toContain('ventas is stopped (No browser.); start it: ./leadmaster session start ventas');
  });

  test('--retire of a session that was used meanwhile says that the file is there, and the session too', async () => {
    const { cli, sessions, snapshots, file } = await setUp();
    sessions.set('ventas', 'STOPPED');
    snapshots.refuseRetire = true;
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 1, stderr: /is written, but ventas is still here/ });
    expect((await sessions.get('ventas')).state).toBe('STOPPED');
  });
});

describe('the passphrase', () => {
  test('is asked for twice where it seals, and must be the same', async () => {
    const { cli, sessions, file } = await setUp();
    sessions.set('ventas', 'READY');
    const different = await cli(['export', 'ventas', file], { answers: [PASSPHRASE, `${PASSPHRASE}!`] });
    expect(different).toMatchObject({ code: 2, stderr: /not the same/ });
    const ran = await cli(['export', 'ventas', file], { answers: [PASSPHRASE, PASSPHRASE] });
    expect(ran.code).toBe(0);
    expect(ran.stdout + ran.stderr).not.toContain('grapa');
  });

  test('is asked for once the files and the session are known to be there, and refused before it is typed again', async () => {
    const { cli, sessions, file } = await setUp();
    const missing = await cli(['import', `${file}.none`], { answers: [PASSPHRASE] });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') });
    expect(missing.stderr).not.toContain('Passphrase');
    const unknown = await cli(['export', 'nobody', file], { answers: [PASSPHRASE, PASSPHRASE] });
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).not.toContain('Passphrase');
    sessions.set('ventas', 'READY');
    const short = await cli(['export', 'ventas', file], { answers: ['short'] });
    expect(short).toMatchObject({ code: 2, stderr: expect.stringMatching(/12 characters or more.*12 to 1024/s) });
    expect(short.stderr).not.toContain('Once more');
  });

  test('from a named pipe that nobody writes to is refused at once; from <(command) it is read', async () => {
    const { cli, sessions, folder, file } = await setUp();
    sessions.set('ventas', 'READY');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const refused = await cli(['export', 'ventas', file, '--passphrase-file', pipe]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('it is a named pipe') });
  });

  test('comes from a file, too; too short a one, or none, is told before anything is done', async () => {
    const { cli, sessions, snapshots, folder, file } = await setUp();
    sessions.set('ventas', 'READY');
    expect(await cli(['export', 'ventas', file])).toMatchObject({ code: 2, stderr: /LEADMASTER_PASSPHRASE/ });
    const short = await cli(['export', 'ventas', file], { env: { LEADMASTER_PASSPHRASE: 'short' } });
    expect(short).toMatchObject({ code: 2, stderr: /12 to 1024/ });
    expect(await cli(['export', 'ventas', file, '--passphrase-file', join(folder, 'none')])).toMatchObject({ code: 2 });
    expect(snapshots.changes).toEqual([]);
    const secret = join(folder, 'secret');
    writeFileSync(secret, `${PASSPHRASE}\n`);
    expect((await cli(['export', 'ventas', file, '--passphrase-file', secret])).code).toBe(0);
  });
});

describe('import', () => {
  test('makes the session that the file names, stopped, and says what starts it', async () => {
    const { cli, snapshots, sessions, file } = await setUp();
    writeFileSync(file, snapshots.file as Buffer);
    const ran = await cli(['import', file], KNOWN);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ventas is STOPPED.*\n.*session start ventas --origin-retired/),
      stderr: expect.not.stringContaining('session start'),
    });
    expect((await sessions.get('ventas')).originRetired).toBe(false);
    expect(await cli(['import', file], KNOWN)).toMatchObject({ code: 4, stderr: /There is a session/ });
    const other = await cli(['import', file, '--name', 'otra', '--origin-retired', '--start', '--json'], KNOWN);
    expect([other.code, JSON.parse(other.stdout).originRetired]).toEqual([0, true]);
    expect(snapshots.changes).toEqual(['import ventas', 'import otra']);
    expect((await cli(['import', file, '--replace'], KNOWN)).code).toBe(0);
  });

  test('--start waits until it is READY, and says so; what only a person can help is exit code 1', async () => {
    const { cli, snapshots, sessions, file } = await setUp();
    writeFileSync(file, snapshots.file as Buffer);
    const startInto = (state: 'READY' | 'AUTH_FAILURE') =>
      vi.spyOn(sessions, 'start').mockImplementation(async (name) => {
        setTimeout(() => sessions.set(name, state), 100);
        return sessions.set(name, 'RECONNECTING');
      });
    startInto('READY');
    const line = ['import', file, '--origin-retired', '--start'];
    expect(await cli(line, KNOWN)).toMatchObject({ code: 0, stdout: /^ventas is READY/ });
    startInto('AUTH_FAILURE');
    const failed = await cli([...line, '--name', 'otra', '--json'], KNOWN);
    expect([failed.code, JSON.parse(failed.stdout).state]).toEqual([1, 'AUTH_FAILURE']);
    startInto('READY');
    const hasty = await cli([...line, '--name', 'tercera', '--wait', '0'], KNOWN);
    expect(hasty).toMatchObject({ code: 0, stdout: /^tercera is RECONNECTING/ });
  });

  test('a wrong passphrase and a damaged file are told before anything is sent', async () => {
    const { cli, snapshots, folder, file } = await setUp();
    writeFileSync(file, snapshots.file as Buffer);
    const wrong = await cli(['import', file], { env: { LEADMASTER_PASSPHRASE: 'something-else-entirely' } });
    expect(wrong).toMatchObject({ code: 1, stderr: /does not open the file/ });
    writeFileSync(file, (snapshots.file as Buffer).subarray(0, -1));
    const cut = await cli(['import', file], KNOWN);
    expect(cut).toMatchObject({ code: 1, stderr: /ventas\.lmx: .*damaged.*Copy it again.*export the session again/s });
    expect(cut.stderr).not.toMatch(/vault/i);
    for (const stream of ['-', '/dev/null'])
      expect(await cli(['import', stream], KNOWN)).toMatchObject({ code: 2, stderr: /is no file/ });
    expect(await cli(['import', join(folder, 'none')], KNOWN)).toMatchObject({ code: 1, stderr: /ENOENT/ });
    expect(await cli(['import', file, '--start'], KNOWN)).toMatchObject({ code: 2, stderr: /--origin-retired/ });
    expect(snapshots.changes).toEqual([]);
  });
});

test('session start says the word', async () => {
  const { cli, sessions } = await fakeService();
  sessions.set('ventas', 'STOPPED', { originRetired: false, account: null });
  expect(await cli('session start ventas --wait 0')).toMatchObject({ code: 4, stderr: /--origin-retired/ });
  expect(await cli('qr ventas')).toMatchObject({ code: 4, stderr: /--origin-retired/ });
  expect((await cli('session start ventas --origin-retired --wait 0')).code).toBe(0);
});

test('adopt tells what it found, and what starts it', async () => {
  const { cli, sessions } = await fakeService();
  expect(await cli('adopt /srv/bot/session --name ventas --copy --move')).toMatchObject({ code: 2 });
  expect(await cli('adopt /srv/bot/session --name ventas')).toMatchObject({ code: 2, stderr: /--copy or --move/ });
  const ran = await cli('adopt /srv/bot/session --name ventas --copy');
  expect(ran).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/a LocalAuth folder of whatsapp-web.js, 3 files, 2.0 kB.*\n.*\n.*It is a copy/),
  });
  // Once: in the hint.
  expect((ran.stdout + ran.stderr).match(/copy|--origin-retired/g)).toEqual(['copy', '--origin-retired']);
  const moved = await cli('adopt /srv/bot/session --name otra --move --json');
  expect(JSON.parse(moved.stdout)).toMatchObject({
    name: 'otra',
    originRetired: true,
    adopted: { kind: 'local_auth' },
  });
  expect(sessions.changes).toEqual(['copy /srv/bot/session to ventas', 'move /srv/bot/session to otra']);
});

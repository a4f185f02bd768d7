import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { putLogin, startTestManager, usedSince } from '@leadmaster/testkit';
import { readExport } from '@leadmaster/vault';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { service, tempFolder } from './harness.ts';

const PASSPHRASE = 'caballo batería grapa';
const KNOWN = { env: { LEADMASTER_PASSPHRASE: PASSPHRASE } };

/** What another machine has exported, of a session that is called `ventas`. */
let exported: Buffer;
beforeAll(async () => {
  const there = await startTestManager();
  await there.given('ventas', 'LINKED');
  const { id } = await there.take('ventas');
  const { bytes } = await there.context.snapshots.export('ventas', id, { passphrase: PASSPHRASE });
  exported = Buffer.concat(await Array.fromAsync(bytes));
  await there.close();
});

async function setUp() {
  const manager = await service();
  const { given, snapshots } = manager;
  await given('ventas', 'READY');
  // The first look makes the vault.
  await snapshots.list('ventas');
  const folder = tempFolder();
  const exportOf = snapshots.export.bind(snapshots);
  /** The next export comes without its last byte. */
  const cutShort = () =>
    vi.spyOn(snapshots, 'export').mockImplementationOnce(async (...asked) => {
      const { snapshot, bytes } = await exportOf(...asked);
      const whole = Buffer.concat(await Array.fromAsync(bytes));
      return {
        snapshot,
        bytes: (async function* () {
          yield whole.subarray(0, -1);
        })(),
      };
    });
  /** Those that were asked for, newest first. */
  const taken = async () => (await snapshots.list('ventas')).items.filter(({ reason }) => reason === 'requested');
  return { ...manager, folder, file: join(folder, 'ventas.lmx'), cutShort, taken };
}

/** A file for an import, on a service that has no session. */
async function setUpImport() {
  const folder = tempFolder();
  const file = join(folder, 'ventas.lmx');
  writeFileSync(file, exported);
  return { ...(await service()), folder, file };
}

/** What lies in an exported file, read to its last byte. */
async function contentOf(file: string) {
  const bytes = readFileSync(file);
  return readExport(
    (async function* () {
      yield bytes;
    })(),
    { passphrase: PASSPHRASE },
  );
}

describe('export', () => {
  test('takes a fresh snapshot, writes it for its owner only, reads it back, and says so', async () => {
    const { cli, sessions, taken, folder, file } = await setUp();
    const ran = await cli(['export', 'ventas', file], KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/read back and proven/) });
    const [fresh, ...others] = await taken();
    expect([fresh?.id, others]).toEqual([expect.stringMatching(/^1-/), []]);
    expect(readdirSync(folder)).toEqual(['ventas.lmx']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await contentOf(file)).toMatchObject({ session: 'ventas' });
    expect(ran.stdout + ran.stderr).not.toContain('grapa');
    expect((await sessions.get('ventas')).state).toBe('READY');
  });

  test('of a snapshot that is there takes no new one; --json tells what was written', async () => {
    const { cli, take, taken, file } = await setUp();
    const { id } = await take('ventas');
    const { code, stdout } = await cli(['export', 'ventas', file, '--snapshot', 'latest', '--json'], KNOWN);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      session: 'ventas',
      snapshot: id,
      file,
      bytes: statSync(file).size,
      verified: true,
      retired: false,
    });
    expect(await taken()).toHaveLength(1);
  });

  test('writes over nothing unless told so, and then only when the new one is whole', async () => {
    const { cli, cutShort, folder, file } = await setUp();
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
    cutShort();
    expect(await cli(['export', 'ventas', file, '--force'], KNOWN)).toMatchObject({ code: 1, stderr: /damaged/ });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await cli(['export', 'ventas', file, '--force'], KNOWN)).code).toBe(0);
    expect(await contentOf(file)).toMatchObject({ session: 'ventas' });
    expect(readdirSync(folder)).toEqual(['ventas.lmx']);
  });

  test('--retire stops it first, and gives it up only with the file proven; else it runs again, and that is told', async () => {
    const { cli, cutShort, engine, sessions, stage, taken, until, file } = await setUp();
    stage.takeLogins();
    cutShort();
    const failed = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(failed).toMatchObject({ code: 1, stderr: /damaged.* ventas was stopped for it, and is started again\./ });
    await until('ventas', 'READY');
    expect(engine.runs.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: /ventas is MOVED here/ });
    expect(engine.runs.map(({ isStopped }) => isStopped)).toEqual([true, true]);
    const states = (await sessions.transitions('ventas', 100)).map(({ to }) => to);
    expect(states.slice(0, 4)).toEqual(['MOVED', 'STOPPED', 'STOPPING', 'READY']);
    expect(await taken()).toHaveLength(2);
    const again = await cli(['export', 'ventas', `${file}.2`, '--retire'], KNOWN);
    expect(again).toMatchObject({ code: 4, stderr: /given up here already/ });
  });

  test('--retire of a session whose account needs a person is refused before it is stopped', async () => {
    const { cli, engine, fingerprint, given, file } = await setUp();
    await given('ventas', 'WRONG_ACCOUNT');
    const before = await fingerprint();
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('another account') });
    expect([await fingerprint(), engine.run.isStopped]).toEqual([before, false]);
  });

  test('--retire to a place where no file can be made stops nothing, and one that cannot start again says so', async () => {
    const { cli, cutShort, fingerprint, sessions, folder, file } = await setUp();
    writeFileSync(join(folder, 'file'), '');
    const before = await fingerprint();
    for (const nowhere of [join(folder, 'none/ventas.lmx'), join(folder, 'file/ventas.lmx'), '/proc/ventas.lmx']) {
      const ran = await cli(['export', 'ventas', nowhere, '--retire'], KNOWN);
      expect(ran, nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining(nowhere) });
    }
    expect(await fingerprint()).toBe(before);
    expect(readdirSync(folder)).toEqual(['file']);
    cutShort();
    vi.spyOn(sessions, 'start').mockRejectedValue(
      new LeadMasterError('browser_missing', 'No browser.', 'Install one.'),
    );
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran.stderr).toContain('ventas is stopped (No browser.); start it: ./leadmaster session start ventas');
  });

  test('--retire of a session that was used meanwhile says that the file is there, and the session too', async () => {
    const { cli, dataDir, given, sessions, snapshots, file } = await setUp();
    await given('ventas', 'STOPPED');
    const exportOf = snapshots.export.bind(snapshots);
    vi.spyOn(snapshots, 'export').mockImplementationOnce(async (...asked) => {
      await usedSince(dataDir, 'ventas');
      return exportOf(...asked);
    });
    const ran = await cli(['export', 'ventas', file, '--retire'], KNOWN);
    expect(ran).toMatchObject({ code: 1, stderr: /is written, but ventas is still here/ });
    expect(existsSync(file)).toBe(true);
    expect((await sessions.get('ventas')).state).toBe('STOPPED');
  });
});

describe('the passphrase', () => {
  test('is asked for twice where it seals, and must be the same', async () => {
    const { cli, file } = await setUp();
    const different = await cli(['export', 'ventas', file], { answers: [PASSPHRASE, `${PASSPHRASE}!`] });
    expect(different).toMatchObject({ code: 2, stderr: /not the same/ });
    const ran = await cli(['export', 'ventas', file], { answers: [PASSPHRASE, PASSPHRASE] });
    expect(ran.code).toBe(0);
    expect(ran.stdout + ran.stderr).not.toContain('grapa');
  });

  test('is asked for once the files and the session are known to be there, and refused before it is typed again', async () => {
    const { cli, file } = await setUp();
    const missing = await cli(['import', `${file}.none`], { answers: [PASSPHRASE] });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') });
    expect(missing.stderr).not.toContain('Passphrase');
    const unknown = await cli(['export', 'nobody', file], { answers: [PASSPHRASE, PASSPHRASE] });
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).not.toContain('Passphrase');
    const short = await cli(['export', 'ventas', file], { answers: ['short'] });
    expect(short).toMatchObject({ code: 2, stderr: expect.stringMatching(/12 characters or more.*12 to 1024/s) });
    expect(short.stderr).not.toContain('Once more');
  });

  test('from a named pipe without a writer is refused at once; from <(command) it is read', async () => {
    const { cli, folder, file } = await setUp();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const refused = await cli(['export', 'ventas', file, '--passphrase-file', pipe]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('it is a named pipe') });
  });

  test('comes from a file, too; too short a one, or none, is told before anything is done', async () => {
    const { cli, fingerprint, folder, file } = await setUp();
    const before = await fingerprint();
    expect(await cli(['export', 'ventas', file])).toMatchObject({ code: 2, stderr: /LEADMASTER_PASSPHRASE/ });
    const short = await cli(['export', 'ventas', file], { env: { LEADMASTER_PASSPHRASE: 'short' } });
    expect(short).toMatchObject({ code: 2, stderr: /12 to 1024/ });
    expect(await cli(['export', 'ventas', file, '--passphrase-file', join(folder, 'none')])).toMatchObject({ code: 2 });
    expect(await fingerprint()).toBe(before);
    const secret = join(folder, 'secret');
    writeFileSync(secret, `${PASSPHRASE}\n`);
    expect((await cli(['export', 'ventas', file, '--passphrase-file', secret])).code).toBe(0);
  });
});

describe('import', () => {
  test('makes the session that the file names, stopped, and says what starts it', async () => {
    const { cli, context, sessions, snapshots, file } = await setUpImport();
    const ran = await cli(['import', file], KNOWN);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ventas is STOPPED.*\n.*session start ventas --origin-retired/),
      stderr: expect.not.stringContaining('session start'),
    });
    expect((await sessions.get('ventas')).originRetired).toBe(false);
    expect(await cli(['import', file], KNOWN)).toMatchObject({ code: 4, stderr: /There is a session/ });
    expect((await snapshots.list('ventas')).items).toMatchObject([{ id: expect.stringMatching(/^1-/) }]);
    expect((await cli(['import', file, '--replace'], KNOWN)).code).toBe(0);
    expect(context.roster.names()).toEqual(['ventas']);
  });

  test('takes another name, and the word that the old place never runs it again', async () => {
    const { cli, context, file } = await setUpImport();
    const other = await cli(['import', file, '--name', 'otra', '--origin-retired', '--wait', '0', '--json'], KNOWN);
    expect([other.code, JSON.parse(other.stdout).originRetired]).toEqual([0, true]);
    expect(context.roster.names()).toEqual(['otra']);
  });

  test('--start waits until it is READY, and says so', async () => {
    const { cli, stage, file } = await setUpImport();
    stage.takeLogins();
    expect(await cli(['import', file, '--origin-retired', '--start'], KNOWN)).toMatchObject({
      code: 0,
      stdout: /^ventas is READY/,
    });
  });

  test('--start of what needs a person is exit code 1, and one that is not waited for says how far it is', async () => {
    const failing = await setUpImport();
    failing.engine.onRun = (run) =>
      setImmediate(() => run.tell({ type: 'erased', reason: 'page_erased_login', detail: 'logout_reason=1' }));
    const failed = await failing.cli(['import', failing.file, '--origin-retired', '--start', '--json'], KNOWN);
    expect([failed.code, JSON.parse(failed.stdout).state]).toEqual([1, 'AUTH_FAILURE']);
    const { cli, file } = await setUpImport();
    const hasty = await cli(['import', file, '--origin-retired', '--start', '--wait', '0'], KNOWN);
    expect(hasty).toMatchObject({ code: 0, stdout: /^ventas is RECONNECTING/ });
  });

  test('a wrong passphrase and a damaged file are told before anything is sent', async () => {
    const { cli, fingerprint, folder, file } = await setUpImport();
    const before = await fingerprint();
    const wrong = await cli(['import', file], { env: { LEADMASTER_PASSPHRASE: 'something-else-entirely' } });
    expect(wrong).toMatchObject({ code: 1, stderr: /does not open the file/ });
    writeFileSync(file, exported.subarray(0, -1));
    const cut = await cli(['import', file], KNOWN);
    expect(cut).toMatchObject({ code: 1, stderr: /ventas\.lmx: .*damaged.*Copy it again.*export the session again/s });
    expect(cut.stderr).not.toMatch(/vault/i);
    for (const stream of ['-', '/dev/null'])
      expect(await cli(['import', stream], KNOWN)).toMatchObject({ code: 2, stderr: /is no file/ });
    expect(await cli(['import', join(folder, 'none')], KNOWN)).toMatchObject({ code: 1, stderr: /ENOENT/ });
    expect(await cli(['import', file, '--start'], KNOWN)).toMatchObject({ code: 2, stderr: /--origin-retired/ });
    expect(await fingerprint()).toBe(before);
  });
});

test('session start says the word', async () => {
  const { cli, file } = await setUpImport();
  await cli(['import', file], KNOWN);
  expect(await cli('session start ventas --wait 0')).toMatchObject({ code: 4, stderr: /--origin-retired/ });
  expect(await cli('qr ventas')).toMatchObject({ code: 4, stderr: /--origin-retired/ });
  expect((await cli('session start ventas --origin-retired --wait 0')).code).toBe(0);
});

describe('adopt', () => {
  /** What a bot on whatsapp-web.js has kept with LocalAuth. */
  async function bot(name = 'session'): Promise<string> {
    const folder = join(tempFolder(), '.wwebjs_auth', name);
    await mkdir(folder, { recursive: true });
    await putLogin(folder);
    writeFileSync(join(folder, 'Last Version'), '150.0.1.2');
    return folder;
  }

  test('tells what it found, and what starts it', async () => {
    const { cli, dataDir } = await service();
    const folder = await bot();
    expect(await cli(`adopt ${folder} --name ventas --copy --move`)).toMatchObject({ code: 2 });
    expect(await cli(`adopt ${folder} --name ventas`)).toMatchObject({ code: 2, stderr: /--copy or --move/ });
    const ran = await cli(`adopt ${folder} --name ventas --copy`);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /a LocalAuth folder of whatsapp-web.js, 9 files, \d+ B, written by Chromium 150\.0\.1\.2\n.*\n.*It is a copy/,
      ),
    });
    // Once: in the hint.
    expect((ran.stdout + ran.stderr).match(/\bcopy\b|--origin-retired/g)).toEqual(['copy', '--origin-retired']);
    expect([existsSync(folder), existsSync(join(dataDir, 'tokens/ventas'))]).toEqual([true, true]);
  });

  test('tells in Spanish what to know of the folder, with its values below', async () => {
    const { cli } = await service();
    const folder = await bot('session-vieja');
    await rm(join(folder, 'Last Version'));
    const { stdout } = await cli(`adopt ${folder} --name ventas --copy`, { env: { LEADMASTER_LANG: 'es' } });
    expect(stdout).toMatch(/No se sabe qué Chromium la escribió.*\n.*Which Chromium wrote it is not known/);
  });

  test('takes the folder from where it is, with --move', async () => {
    const { cli, dataDir } = await service();
    const folder = await bot('session-otra');
    const moved = await cli(`adopt ${folder} --name otra --move --json`);
    expect(JSON.parse(moved.stdout)).toMatchObject({
      name: 'otra',
      originRetired: true,
      adopted: { kind: 'local_auth' },
    });
    expect([existsSync(folder), existsSync(join(dataDir, 'tokens/otra'))]).toEqual([false, true]);
  });
});

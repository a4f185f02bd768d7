import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recording, recording } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readStandinPages } from '../src/record/standin-pages.ts';
import { run, service } from './harness.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'leadmaster-record-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('record NAME', () => {
  test('writes one file that only its owner can read, and leaves nothing else', async () => {
    const { env, given } = await service();
    await given('ventas', 'QR_REQUIRED');
    const dir = folder();
    const out = join(dir, 'r.json');
    const ran = await run(['record', 'ventas', '--out', out], { env });
    expect(ran).toMatchObject({ code: 0, stdout: `Written: ${out}\n` });
    expect(readdirSync(dir)).toEqual(['r.json']);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(recording.parse(JSON.parse(readFileSync(out, 'utf8'))).session.state).toBe('QR_REQUIRED');
  });

  test('does not write over a file unless told so', async () => {
    const { env, given } = await service();
    await given('ventas', 'READY');
    const out = join(folder(), 'r.json');
    writeFileSync(out, 'mine');
    const refused = await run(['record', 'ventas', '--out', out], { env });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    expect(readFileSync(out, 'utf8')).toBe('mine');
    const forced = await run(['record', 'ventas', '--out', out, '--force', '--json'], { env });
    expect(forced).toMatchObject({ code: 0, stdout: `${JSON.stringify({ file: out }, null, 2)}\n` });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toHaveProperty('format', 'leadmaster-recording');
  });

  test('of a session that is not there says so, also where the file is there', async () => {
    const { env } = await service();
    const out = join(folder(), 'r.json');
    writeFileSync(out, 'mine');
    const ran = await run(['record', 'otra', '--out', out], { env });
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('otra') });
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  test('says what is missing where no browser runs, and writes nothing', async () => {
    const { env, given } = await service();
    await given('ventas', 'STOPPED');
    const dir = folder();
    const ran = await run(['record', 'ventas', '--out', join(dir, 'r.json')], { env });
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('STOPPED') });
    expect(readdirSync(dir)).toEqual([]);
  });

  test('says that the folder cannot be written to', async () => {
    const { env, given } = await service();
    await given('ventas', 'READY');
    const ran = await run(['record', 'ventas', '--out', join(folder(), 'none', 'r.json'), '--json'], { env });
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'file_failed' });
  });

  test.each([[[]], [['ventas', '--check', 'r.json']]])('is wrong usage with %j', async (args) => {
    expect(await run(['record', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining('--check FILE') });
  });
});

describe('record --check FILE', () => {
  const checked = async (file: unknown, ...more: string[]) => {
    const path = join(folder(), 'r.json');
    writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
    return run(['record', '--check', path, ...more]);
  };
  const differences = async (change: (file: Recording) => void): Promise<unknown> => {
    const file = (await readStandinPages()).september.ready;
    change(file);
    const { code, stdout } = await checked(file, '--json');
    expect(code).toBe(1);
    return JSON.parse(stdout).differences;
  };

  test('finds no difference in what the stand-in plays, needs no service, and compares with April when asked', async () => {
    const { september, april } = await readStandinPages();
    expect(await checked(september.ready)).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference') });
    expect(await checked(september.waiting, '--json')).toMatchObject({ code: 0 });
    expect(await checked(april.ready, '--page', 'april')).toMatchObject({ code: 0 });
    expect(await checked(april.ready)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/message key +text +_serialized +\$1/),
    });
  });

  test.each<[string, (file: Recording) => void, object]>([
    [
      'a module that is gone',
      ({ page }) => {
        page.modules.WAWebCmd = { state: 'absent', exports: {} };
      },
      { what: 'module', name: 'WAWebCmd', file: 'absent', standin: 'present' },
    ],
    [
      'an export that takes more',
      ({ page }) => {
        page.modules.WAWebQueryExistsJob.exports.queryWidExists = { type: 'function', arity: 3 };
      },
      { what: 'export', name: 'WAWebQueryExistsJob.queryWidExists', file: 'function/3' },
    ],
    [
      'a key with its text elsewhere',
      ({ page }) => {
        page.messageKey = { textField: '$7', ownFields: null };
      },
      { what: 'message_key', name: 'text', file: '$7', standin: '$1' },
    ],
    [
      'a database above',
      ({ page }) => {
        page.databases['model-storage'] = 99_990;
      },
      { what: 'database', name: 'model-storage', file: '99990 (above)' },
    ],
    [
      'a state on the way',
      ({ session }) => {
        session.path = [{ state: 'PASSKEY_REQUIRED', reason: 'passkey_required', afterMs: 9_000 }];
      },
      { what: 'state', name: 'PASSKEY_REQUIRED', file: 'passkey_required', standin: 'never there' },
    ],
    [
      'a stream in another mode',
      ({ page }) => {
        page.streamMode = 'OFFLINE';
      },
      { what: 'state', name: 'streamMode', file: 'OFFLINE' },
    ],
  ])('names %s, and nothing else', async (_what, change, difference) => {
    expect(await differences(change)).toEqual([expect.objectContaining(difference)]);
  });

  test.each([
    ['half a file', '{"format":"leadmaster-recording","formatVer', 'not JSON'],
    ['a file of something else', { name: 'ventas', version: 3 }, 'another program'],
    ['a later form', { format: 'leadmaster-recording', formatVersion: 2 }, 'another version'],
    [
      'a changed one',
      { format: 'leadmaster-recording', formatVersion: 1, day: 'secret text' },
      'not as it was recorded',
    ],
    ['nothing', 'null', 'another program'],
  ])('refuses %s in words of its own', async (_what, file, why) => {
    const ran = await checked(file);
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(why) });
    expect(ran.stderr).not.toContain('secret text');
  });

  test('refuses what is no file, too large, or cannot be read', async () => {
    const dir = folder();
    const large = join(dir, 'large.json');
    writeFileSync(large, ' '.repeat(2_000_001));
    expect(await run(['record', '--check', large])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('large'),
    });
    expect(await run(['record', '--check', dir])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no file'),
    });
    const missing = await run(['record', '--check', join(dir, 'none.json'), '--json']);
    expect(JSON.parse(missing.stdout).error).toMatchObject({ code: 'file_failed', exitCode: 1 });
  });
});

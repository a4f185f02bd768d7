import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newMasterKeyText } from '@leadmaster/vault';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';

/** A data folder with an unclaimed profile, and no service. */
function machine() {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  mkdirSync(join(dataDir, 'tokens/admin'), { recursive: true, mode: 0o700 });
  const env = { SESSION_MANAGER_PORT: '9', LEADMASTER_DATA_DIR: dataDir };
  const cli = (line: string) => run(line.split(' '), { env });
  return { folder, dataDir, env, cli };
}

describe('doctor', () => {
  test('names problems and fixes; exit code 1 only for a problem', async () => {
    const { dataDir, cli } = machine();
    const well = await cli('doctor --no-network');
    expect(well).toMatchObject({ code: 0, stderr: '' });
    expect(well.stdout).toMatch(/^ok +permissions: only the owner has access$/m);
    expect(well.stdout).toMatch(/^warning +profile_unclaimed: tokens\/admin holds a profile.*\n +Make it a session: /m);
    expect(well.stdout).toMatch(/\n0 problems, \d+ warnings?, 0 notes\n$/);
    chmodSync(dataDir, 0o755);
    const ill = await cli('doctor --no-network');
    expect(ill).toMatchObject({ code: 1, stderr: expect.stringContaining('There are problems.') });
    expect(ill.stdout).toMatch(/^problem +modes_open: /m);
    const spanish = await cli('doctor --lang es --no-network');
    expect(spanish.stderr).toContain('Hay problemas.');
    const inSpanish = spanish.stdout;
    expect(inSpanish).toMatch(/^problema +modes_open: /m);
    expect(inSpanish).toMatch(/^advertencia profile_unclaimed: /m);
    expect(inSpanish).toMatch(/abierto a otros usuarios/);
    expect(inSpanish).toMatch(/\n1 problema, \d+ advertencias?, 0 notas\n$/);
  });

  test('--code of a folder that is not there, or is none, is a problem, in both languages', async () => {
    const { folder, dataDir, cli } = machine();
    for (const nowhere of [join(folder, 'nope'), join(dataDir, 'file')]) {
      if (nowhere.endsWith('file')) writeFileSync(nowhere, '', { mode: 0o600 });
      const told = await cli(`doctor --no-network --code ${nowhere}`);
      expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining('no code to search') });
      expect((await cli(`doctor --no-network --lang es --code ${nowhere}`)).stdout).toContain(
        'no hay código que revisar',
      );
      expect((await cli(`report --code ${nowhere}`)).stdout).toContain(`no code to search in ${nowhere}`);
    }
    expect(await cli(`doctor --no-network --code ${folder}`)).toMatchObject({ code: 0 });
  });

  test('with --json the report alone, also when there are problems', async () => {
    const { dataDir, cli } = machine();
    chmodSync(dataDir, 0o755);
    const { code, stdout, stderr } = await cli('doctor --json --no-network');
    const { ok, findings } = JSON.parse(stdout);
    expect({ code, ok, stderr }).toEqual({ code: 1, ok: false, stderr: '' });
    expect(findings).toContainEqual({
      id: 'modes_open',
      severity: 'problem',
      what: expect.any(String),
      where: dataDir,
      fix: expect.any(String),
      fixable: true,
    });
  });

  test('--fix repairs what it can, and names it', async () => {
    const { dataDir, cli } = machine();
    chmodSync(dataDir, 0o755);
    const { code, stdout } = await cli('doctor --fix --no-network');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fixed modes_open: .*: mode 755 -> 700$/m);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test('--key-copied is remembered, and a copy is compared', async () => {
    const { dataDir, folder, cli } = machine();
    expect(await cli('doctor --no-network --key-copied')).toMatchObject({
      code: 1,
      stderr: /vault\.key cannot be read/,
    });
    writeFileSync(join(dataDir, 'vault.key'), newMasterKeyText(), { mode: 0o600 });
    expect((await cli('doctor --no-network')).stdout).toContain('vault_key_not_copied');
    writeFileSync(join(folder, 'other.key'), newMasterKeyText());
    const none = await cli(`doctor --key-copied ${folder}/none.key`);
    expect(none).toMatchObject({ code: 1, stderr: /none\.key cannot be read.*copy can be read here/s });
    expect(await cli(`doctor --key-copied ${folder}/other.key`)).toMatchObject({ stderr: /another key/ });
    expect((await cli('doctor --no-network')).stdout).toContain('vault_key_not_copied');
    const itself = await cli(`doctor --key-copied ${dataDir}/vault.key`);
    expect(itself).toMatchObject({ code: 2, stderr: /vault\.key is the key itself, and no copy/ });
    const noted = await cli('doctor --no-network --key-copied');
    expect(noted.stderr).toMatch(/Noted: a copy of the key [0-9a-f]{16}/);
    expect(noted.stdout).not.toContain('vault_key_not_copied');
  });

  test('of a demo that does not run, WhatsApp Web is not asked for', async () => {
    const { dataDir, env } = machine();
    mkdirSync(`${dataDir}-demo/tokens`, { recursive: true, mode: 0o700 });
    const args = ['doctor', '--demo', '--json'];
    const { stdout } = await run(args, { env: { ...env, CHROME_PATH: process.execPath } });
    const ids: string[] = JSON.parse(stdout).findings.map(({ id }: { id: string }) => id);
    expect(ids).toContain('permissions');
    expect(ids.filter((id) => id.startsWith('whatsapp'))).toEqual([]);
  });

  test('--code compares what code says', async () => {
    const { folder, cli } = machine();
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/wa.js'), "new LocalAuth({ dataPath: './sessions' })");
    expect((await cli(`doctor --no-network --code ${folder}/app`)).stdout).toMatch(
      /code_folder_missing: .*:\d+ keeps sessions in \.\/sessions/,
    );
  });

  test.each(['en', 'es'])('on a terminal of 80 columns no line is wider, but for a command: %s', async (lang) => {
    const { env } = machine();
    const args = ['doctor', '--no-network', '--lang', lang];
    const wide = (await run(args, { env })).stdout;
    const { stdout } = await run(args, { env: { ...env, NO_COLOR: '1' }, terminal: { columns: 80, rows: 24 } });
    const tooWide = stdout.split('\n').filter((line) => line.length > 80);
    expect(tooWide.filter((line) => !/^ +\S*\.\/leadmaster /.test(line))).toEqual([]);
    expect(stdout).toMatch(/^\S+ +profile_unclaimed: .*\n {8,}\S/m);
    // Only the breaks are other ones.
    expect(stdout.split(/\s+/)).toEqual(wide.split(/\s+/));
  });

  test('wrong usage', async () => {
    const { cli } = machine();
    expect(await cli('doctor --lang fr')).toMatchObject({ code: 2 });
    expect(await cli('doctor admin')).toMatchObject({ code: 2 });
  });
});

describe('report', () => {
  test('is printed, written, and given as facts', async () => {
    const { folder, cli } = machine();
    const printed = await cli('report');
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(printed.stdout).toMatch(/^# WhatsApp sessions: /);
    expect(printed.stdout).toContain('tokens/admin');
    const file = join(folder, 'informe.md');
    expect(await cli(`report --lang es --out ${file}`)).toMatchObject({ code: 0, stdout: '', stderr: /Written: / });
    expect(readFileSync(file, 'utf8')).toMatch(/^# Sesiones de WhatsApp: /);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const facts = JSON.parse((await cli('report --json')).stdout);
    expect(facts).toMatchObject({ sessions: [{ name: 'admin', state: 'UNCLAIMED' }], service: null });
    expect(await cli(`report --out ${folder}/none/x.md`)).toMatchObject({ code: 1, stderr: /cannot be written/ });
  });
});

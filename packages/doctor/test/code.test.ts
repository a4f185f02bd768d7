import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../session-manager/src/config/index.ts';
import { tempFolder } from '../../session-manager/test/profile/helpers.ts';
import { asOrdinaryUser } from '../../session-manager/test/profile/ordinary-user.ts';
import { foldersNamedIn } from '../src/code/session-folders.ts';
import { put, SampleInstallation } from './sample-installation.ts';

/** As the report's code has it. */
const WRITTEN = `./sessions/cliente_\${id}`;

const patternsOf = (text: string, file = '/srv/app/src/wa.js'): string[][] =>
  foldersNamedIn(file, text).map(({ patterns }) => patterns);

describe('where code keeps sessions', () => {
  test.each([
    ["new LocalAuth({ dataPath: './sessions' })", ['/srv/app/src/sessions']],
    [
      'new LocalAuth({ clientId: `c_${id}`, dataPath: `./sessions/cliente_${id}` })',
      ['/srv/app/src/sessions/cliente_*'],
    ],
    ['new wweb.LocalAuth({\n  dataPath: path.join(__dirname, "../../tokens"), // here\n})', ['/srv/tokens']],
    ['new LocalAuth({ dataPath: process.env.T || "/var/tokens" })', ['/var/tokens']],
    ['const DIR = path.resolve(__dirname, "x");\nnew RemoteAuth({ dataPath: DIR, store })', ['/srv/app/src/x']],
    ['new LocalAuth()', ['/srv/app/src/.wwebjs_auth']],
    ['new LocalAuth({ dataPath: somewhere() })', []],
    ['new LocalAuth({ dataPath: A }); const A = A;', []],
    ['new LocalAuth({ dataPath: "./unclosed', ['/srv/app/src/"./unclosed']],
  ])('%s', (text, patterns) => {
    const [found] = patternsOf(text);
    if (text.includes('unclosed')) expect(found).toBeDefined();
    else expect(found).toEqual(patterns);
  });

  test('in settings', () => {
    expect(patternsOf('WWEBJS_TOKENS_DIR=./t # here\nLEADMASTER_AUTH_DIR=./n\nOTHER=./x\n', '/srv/app/.env')).toEqual([
      ['/srv/app/t'],
    ]);
    const pm2 = 'module.exports = { apps: [{ env: {\n  SESSION_PATH: "/srv/s",\n} }] };';
    expect(foldersNamedIn('/srv/app/ecosystem.config.js', pm2)).toMatchObject([{ line: 2, patterns: ['/srv/s'] }]);
    expect(patternsOf('SESSION_PATH = "x"', '/srv/app/other.js')).toEqual([]);
  });
});

describe("the report's discrepancy", () => {
  test("code that names folders which are not there, are empty, are ours, or are another program's", async () => {
    const installation = await SampleInstallation.healthy();
    const code = join(installation.paths.root, '../services');
    const at = (name: string, folder: string): Promise<void> =>
      put(
        join(code, name),
        `const { LocalAuth } = require('whatsapp-web.js');\nnew LocalAuth({ dataPath: ${folder} });\n`,
      );
    await put(join(code, 'package.json'), '{}');
    await at('a.js', `\`${WRITTEN}\``);
    await at('b.js', "path.join(__dirname, 'hub/tokens')");
    await at('c.ts', `'${installation.paths.tokens}'`);
    await at('d.cjs', "'./old'");
    await at('node_modules/lib/e.js', "'./never'");
    await mkdir(join(code, 'hub/tokens/.wwebjs_auth'), { recursive: true });
    await mkdir(join(code, 'old/session-x/Default/IndexedDB'), { recursive: true });

    expect(await installation.found()).toEqual([]);
    const found = await installation.found({ codeDir: code });
    expect(found.map(({ id, severity, where }) => [id, severity, where.slice(code.length)])).toEqual([
      ['code_folder_missing', 'warning', '/a.js:2'],
      ['code_folder_empty', 'note', '/b.js:2'],
      ['code_folder_shared', 'warning', '/c.ts:2'],
      ['code_folder_elsewhere', 'note', '/d.cjs:2'],
    ]);
    expect(found[0]?.what).toBe(
      `${code}/a.js:2 keeps sessions in ${WRITTEN}, and there is no such folder; on disk they are in tokens/ventas`,
    );
  });

  test('is not taken from tests, from settings that are to be copied, nor from this program', async () => {
    const installation = await SampleInstallation.healthy();
    const code = await tempFolder();
    const line = "new LocalAuth({ dataPath: './sessions' })";
    for (const file of ['test/a.js', 'src/__tests__/b.ts', 'c.spec.ts', '.env.example'])
      await put(join(code, file), line);
    await put(join(code, '.env.example'), 'SESSION_DIR=/path/to/sessions\n');
    expect(await installation.found({ codeDir: code })).toEqual([]);
    expect(await installation.found({ codeDir: CHECKOUT })).toEqual([]);
    await put(join(code, 'packages/d.js'), line);
    expect(await installation.found({ codeDir: code })).toMatchObject([{ id: 'code_folder_missing' }]);
  });

  test('is looked for beside the data folder without being asked', async () => {
    const installation = await SampleInstallation.healthy();
    await put(join(installation.paths.root, '../package.json'), '{}');
    await put(join(installation.paths.root, '../client.js'), "new LocalAuth({ dataPath: './sessions' })");
    expect(await installation.found()).toMatchObject([{ id: 'code_folder_missing', severity: 'warning' }]);
  });

  test('what of the code cannot be read is a finding, and what it names is not said to be missing or empty', async () => {
    const installation = await SampleInstallation.healthy();
    const around = join(installation.paths.root, '..');
    const code = join(around, 'services');
    await put(join(code, 'package.json'), '{}');
    await put(join(code, 'a.js'), "new LocalAuth({ dataPath: './closed/sessions' })");
    await put(join(code, 'b.js'), "new LocalAuth({ dataPath: './kept' })");
    await put(join(code, 'hub/c.js'), '');
    await put(join(code, 'd.js'), '');
    await mkdir(join(code, 'closed/sessions'), { recursive: true });
    await mkdir(join(code, 'kept/session-x'), { recursive: true });
    const places = ['hub', 'closed', 'kept/session-x', 'd.js'].map((name) => join(code, name));
    for (const place of places) await chmod(place, 0o000);
    const found = await asOrdinaryUser(around, async () => {
      const findings = await installation.found({ codeDir: code });
      for (const place of places) await chmod(place, 0o700);
      return findings;
    });
    expect(found.map(({ id, severity, where }) => [id, severity, where.slice(code.length)])).toEqual([
      ['code_folder_unreadable', 'note', '/a.js:1'],
      ['code_folder_unreadable', 'note', '/b.js:1'],
      ['code_unreadable', 'note', '/d.js'],
      ['code_unreadable', 'note', '/closed'],
      ['code_unreadable', 'note', '/hub'],
      ['code_unreadable', 'note', '/kept/session-x'],
    ]);
    for (const { what } of found) expect(what).toContain('EACCES');
  });
});

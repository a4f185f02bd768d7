import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { accountOf, PHONE } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { run, service } from './harness.ts';

/** What text from outside may not send to a terminal. Line breaks are our own. */
const COMMANDS = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const EVIL = '\u001b[2J\u001b]0;x\u0007\u001b[31m\u009b1m\u007f\u202edrow\u2066\r\nREADY fake';
/** The name of a folder with an operator's code. */
const EVIL_CODE = 'co\u001b[31mde';

/** A service of which every text from outside is hostile: accounts, causes, errors of a store, what was noted. */
async function hostile() {
  const manager = await service();
  const { blobs, engine, given, sessions, stage, take, until } = manager;
  await sessions.create({ name: 'ventas', start: false, metadata: { a: EVIL } });
  await given('ventas', 'QR_REQUIRED');
  await stage.scan('ventas', accountOf(PHONE, EVIL));
  await until('ventas', 'READY');
  const error = new LeadMasterError('store_full', EVIL, EVIL);
  blobs.plan({ what: 'fail', on: 'put', times: Number.POSITIVE_INFINITY, error });
  await expect(take('ventas')).rejects.toThrow(error);
  blobs.heal();
  await given('caja', 'INITIALIZING');
  const found = { by: 'dns', detail: EVIL } as const;
  (await engine.runOf('caja')).tell({ type: 'unreachable', found });
  await expect.poll(async () => (await sessions.get('caja')).hint).toContain(EVIL);
  return manager;
}

test.each([
  'sessions',
  'qr ventas',
  'session start ventas',
  'storage ventas',
  'account ventas --accept',
  'pair ventas 5491100000001',
  'pair ventas 5491100000009',
])('"%s" shows no control character of others, into a pipe or on a terminal', async (line) => {
  const { cli } = await hostile();
  const piped = await cli(line);
  expect(piped.stdout + piped.stderr).not.toMatch(COMMANDS);
  const plain = await cli(line, { terminal: { columns: 200, rows: 60 }, env: { NO_COLOR: '1' } });
  expect(withoutOurs(plain.stdout + plain.stderr)).not.toMatch(COMMANDS);
});

/** What a live view says to a terminal to draw in its place. */
function withoutOurs(text: string): string {
  return text.replaceAll(/\p{Cc}\[(\d+A\r|2K|0J)/gu, '').replaceAll('\r\u001b[0J', '');
}

test('events shows it written out, and --json exactly', async () => {
  const { cli, stage } = await hostile();
  await stage.hear('ventas', EVIL, { sender: { id: '1@c.us', lid: null, phone: '1', name: EVIL } });
  const { stdout } = await cli('events ventas');
  expect(stdout).not.toMatch(COMMANDS);
  expect(stdout).toContain('\\u001b[2J');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('READY fake')),
  ).toEqual([]);
  const events = (await cli('events ventas --json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.at(-1).data.text).toBe(EVIL);
  const sessions = JSON.parse((await cli('sessions --json')).stdout);
  expect(sessions.find(({ name }: { name: string }) => name === 'ventas').account.name).toBe(EVIL);
});

test('our own colours stay ours: a name cannot borrow them', async () => {
  const { cli } = await hostile();
  const { stdout } = await cli('sessions', { terminal: { columns: 200, rows: 60 } });
  expect(stdout).toContain('\u001b[32mREADY\u001b[39m');
  // That of "failing" alone.
  expect(stdout.match(/\p{Cc}\[31m/gu)).toHaveLength(1);
  expect(stdout).toContain('\\u001b[31m');
});

test.each([
  ['sessions', EVIL],
  ['--help', `--${EVIL}`],
  [EVIL],
  ['check', EVIL],
  ['where', EVIL],
  ['import', `/no/${EVIL}`],
])('what was typed is shown so, too: %j', async (...args) => {
  const { stdout, stderr } = await run(args, { env: { LEADMASTER_DATA_DIR: '/nowhere' } });
  expect(stdout + stderr).not.toMatch(COMMANDS);
});

test('a question that names a snapshot or session asks in clear text', async () => {
  const { cli, take } = await hostile();
  await take('ventas');
  const { stderr } = await cli('session delete ventas', { answers: 'n' });
  expect(stderr).not.toMatch(COMMANDS);
});

test.each([
  ['doctor', '--no-network'],
  ['doctor', '--no-network', '--lang', 'es'],
  ['doctor', '--no-network', '--code', EVIL_CODE],
  ['report'],
  ['storage'],
  ['snapshot', 'list'],
])('names on the disk are shown so, too: %j', async (...args) => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-terminal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'da\u001b[31mta\u202e');
  mkdirSync(join(dataDir, 'tokens', 'no\u001b[2J\u009bsession\n'), { recursive: true, mode: 0o700 });
  const code = join(folder, EVIL_CODE);
  mkdirSync(code);
  writeFileSync(join(code, 'bot\u001b[2J.js'), 'new LocalAuth({ dataPath: "./no\u001b[2Jwhere" })');
  const env = { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: '9', LEADMASTER_ADMIN_KEY: 'k'.repeat(32) };
  const { stdout, stderr } = await run(
    args.map((word) => (word === EVIL_CODE ? code : word)),
    { env },
  );
  expect(stdout + stderr).not.toBe('');
  expect(stdout + stderr).not.toMatch(COMMANDS);
});

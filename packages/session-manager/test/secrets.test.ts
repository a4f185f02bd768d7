import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine, noteKeyCopy } from '@leadmaster/doctor';
import { gather, renderReport } from '@leadmaster/doctor/report';
import { errorText } from '@leadmaster/protocol';
import { createLogger } from '@leadmaster/service-kit/log';
import { loadSecrets } from '@leadmaster/service-kit/settings';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config/index.ts';
import { VARIABLES } from '../src/config/variables.ts';
import { openOffline } from '../src/offline.ts';
import { targetOrigin } from '../src/transfer/target-url.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPx';

/** The ways in which a secret gets into a URL. */
const URLS = [
  `s3://AKIAIOSFODNN7EXAMPLE:${SECRET}@bucket/prefix`,
  `s3:key:${SECRET}@bucket`,
  `key:${SECRET}@bucket`,
  `s3://key:${SECRET} with spaces@bucket`,
  `s3://bucket/prefix?access_key=me&secret_key=${SECRET}`,
  `s3://bucket/prefix?endpoint=https://me:${SECRET}@host`,
  `https://me:${SECRET}@host/bucket`,
];

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return errorText(error);
  }
  return '';
}

test.each(URLS)('a setting that is wrong is told without the secret in it: %s', (url) => {
  for (const name of Object.keys(VARIABLES)) {
    const told = messageOf(() => readConfig({ [name]: url }));
    expect(told, name).not.toContain(SECRET);
    expect(told, name).not.toContain('AKIAIOSFODNN7EXAMPLE');
  }
  const told = messageOf(() => readConfig({ VAULT_URL: url }));
  expect(told).toMatch(/^VAULT_URL is ".*\*\*\*.*"; it may be file:/);
});

test('flags for the browser, too', () => {
  const told = messageOf(() => readConfig({ CHROME_ARGS: `--proxy-server=http://me:${SECRET}@proxy:3128 typo` }));
  expect(told).toContain('CHROME_ARGS');
  expect(told).not.toContain(SECRET);
});

test.each([...URLS, `https://ho st/?key=${SECRET}`, `https://host/${SECRET}`, `ftp://${SECRET}@host`])(
  'the address of another manager: %s',
  (url) => {
    const told = messageOf(() => targetOrigin(url));
    expect(told).toContain('not taken as the other manager');
    expect(told).not.toContain(SECRET);
  },
);

test('the log: in messages, in facts, in causes and stacks', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace' }, { write: (line) => lines.push(line) });
  const cause = new Error(`connect https://me:${SECRET}@host`);
  for (const url of URLS.filter((text) => !text.includes(' ') && text.includes('//'))) {
    log.warn({ err: new Error(`cannot reach ${url}`, { cause }), url, deep: { url: [url] } }, `asked ${url}`);
  }
  log.child({ to: URLS[0] }).info('x');
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    expect(line).not.toContain(SECRET);
    expect(() => JSON.parse(line)).not.toThrow();
  }
});

test('doctor and report, in words and in JSON', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-secrets-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const config = readConfig({ LEADMASTER_DATA_DIR: dataDir, CHROME_PATH: `/nope/https://me:${SECRET}@host` });
  const machine = { tryVault: () => Promise.reject(new Error(`cannot reach https://me:${SECRET}@host`)) };
  const report = await examine(config, { machine });
  expect(JSON.stringify(report)).toContain('***');
  expect(JSON.stringify(report)).not.toContain(SECRET);
  const facts = await gather(config, { language: 'en', version: '0', machine });
  expect(`${JSON.stringify(facts)}${renderReport(facts, 'es')}`).not.toContain(SECRET);
});

test('a key that is made never begins with "-": it would be taken for an option', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (let i = 0; i < 200; i++) {
    const { adminKey, serviceToken } = loadSecrets(readConfig({ LEADMASTER_DATA_DIR: join(folder, String(i)) }));
    for (const key of [adminKey, serviceToken]) expect(key).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{42}$/);
  }
});

test('a named pipe is not a key file, and is refused without a wait', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-keys-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const pipe = join(dataDir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const config = readConfig({ LEADMASTER_DATA_DIR: join(dataDir, 'data'), VAULT_KEY_FILE: pipe });
  await expect(noteKeyCopy(config, null)).rejects.toThrow('not a regular file');
  const offline = await openOffline(config);
  onTestFinished(() => offline.close());
  await expect(offline.snapshots.recoverable()).rejects.toThrow('not a regular file');
});

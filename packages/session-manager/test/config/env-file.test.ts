import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { loadEnvironment } from '../../src/config/index.ts';

function fileOf(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings');
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const load = (content: string | Buffer) => loadEnvironment({ LEADMASTER_ENV_FILE: fileOf(content) });

test.each([
  ['a byte order mark', '\ufeffLEADMASTER_DATA_DIR=/srv/wa\nHUB_PORT=1\n'],
  ['CRLF', 'LEADMASTER_DATA_DIR=/srv/wa\r\nHUB_PORT=1\r\n'],
  ['both', '\ufeffLEADMASTER_DATA_DIR=/srv/wa\r\n\r\n# a comment\r\nHUB_PORT=1'],
  ['CR alone', 'LEADMASTER_DATA_DIR=/srv/wa\rHUB_PORT=1\r'],
  ['spaces and export', '  export LEADMASTER_DATA_DIR = /srv/wa  # where\n\tHUB_PORT= 1 \n'],
  ['quotes', 'LEADMASTER_DATA_DIR="/srv/wa" # where\nHUB_PORT=\'1\'\n'],
])('reads a file with %s', (_what, content) => {
  const { env, warnings } = load(content);
  expect(env).toMatchObject({ LEADMASTER_DATA_DIR: '/srv/wa', HUB_PORT: '1' });
  expect(warnings).toEqual([]);
});

test.each([
  ['LEADMASTER_ADMIN_KEY=abc#def', 'abc#def'],
  ['LEADMASTER_ADMIN_KEY=#abc', ''],
  ['LEADMASTER_ADMIN_KEY=abc #def', 'abc'],
  ['LEADMASTER_ADMIN_KEY="a #b"', 'a #b'],
  ["LEADMASTER_ADMIN_KEY='a\"b'", 'a"b'],
  ['LEADMASTER_ADMIN_KEY=a=b', 'a=b'],
  ['LEADMASTER_ADMIN_KEY=', ''],
  ["LEADMASTER_ADMIN_KEY=--rule='MAP a b' --x", "--rule='MAP a b' --x"],
])('%s is %j', (line, value) => {
  expect(load(line).env.LEADMASTER_ADMIN_KEY).toBe(value);
});

test.each([
  ['LEADMASTER_DATA_DIR /srv/wa', 1, /write NAME=value/],
  ['A=1\nLEADMASTER_DATA_DIR: /srv/wa', 2, /write NAME=value/],
  ['A=1\n\nLEADMASTER_DATA_DIR="/srv/wa\nHUB_PORT=1', 3, /LEADMASTER_DATA_DIR has a quote/],
  ['LEADMASTER_DATA_DIR="/srv/wa"x', 1, /text after it/],
])('a line that is no setting is refused by its number, without what it holds: %j', (content, line, why) => {
  const thrown = catchOf(() => load(content));
  expect(thrown).toMatch(why);
  expect(thrown).toContain(`line ${line}:`);
  expect(thrown).not.toContain('/srv/wa');
});

test('so is a file in another encoding', () => {
  expect(catchOf(() => load(Buffer.from('\ufeffLEADMASTER_DATA_DIR=/srv/wa\r\n', 'utf16le')))).toMatch(
    /save it as UTF-8/,
  );
});

function catchOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was thrown');
}

test('a name that stands twice, and one that is no setting, are named', () => {
  const { warnings } = load(
    'HUB_PORT=1\nDATA_DIR=/srv/wa\nHUB_PORT=2\nstorage_warn_mb=5\nWARN=5\nAWS_ACCESS_KEY_ID=x\nTZ=UTC\nhttps_proxy=http://x\n',
  );
  expect(warnings.map(({ text }) => text.replace(/^.*settings: /, ''))).toEqual([
    'HUB_PORT stands there twice; the last counts',
    'DATA_DIR is no setting of LeadMaster; did you mean LEADMASTER_DATA_DIR?',
    'storage_warn_mb is no setting of LeadMaster; did you mean STORAGE_WARN_MB?',
    'WARN is no setting of LeadMaster',
  ]);
});

test('what Node reads of an ordinary file is read alike', () => {
  const ordinary = '# c\nA=1\nB="two words"\nC=\'x\'\nexport D=`y`\nE="a\\nb"\nF= g h  \nG="line\nbreak"\n';
  expect(load(ordinary).env).toMatchObject(parseEnv(ordinary));
});

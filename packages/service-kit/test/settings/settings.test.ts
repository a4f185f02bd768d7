import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEnvironment } from '../../src/settings/environment.ts';
import { printExample } from '../../src/settings/example.ts';
import { oneOf, path, seconds, whole } from '../../src/settings/parsers.ts';
import { settingsReader } from '../../src/settings/reader.ts';
import { setting } from '../../src/settings/table.ts';
import { unknownSettings } from '../../src/settings/unknown-names.ts';

const TABLE = {
  HUB_PORT: setting(whole(0, 65_535, 'a TCP port'), { default: '3012', meaning: 'Where the hub listens.' }),
  HUB_WAIT_S: setting(seconds(0, 60), { default: '1.5', meaning: 'How long.' }),
  HUB_FILE: setting(path, { default: null, shown: './data/hub', meaning: 'Which file.' }),
  HUB_MODE: setting(oneOf(['a', 'b']), { default: null, meaning: 'How.' }),
};

test('what is not given, or is empty, is the default of the table; without one it is undefined', () => {
  const { get, problems } = settingsReader(TABLE, { HUB_PORT: ' ' });
  expect([get('HUB_PORT'), get('HUB_WAIT_S'), get('HUB_FILE'), get('HUB_MODE')]).toEqual([
    3012,
    1500,
    undefined,
    undefined,
  ]);
  expect(problems).toEqual([]);
});

test('all that is wrong is collected, with what it may be', () => {
  const { get, problems } = settingsReader(TABLE, { HUB_PORT: '70000', HUB_MODE: 'c', HUB_WAIT_S: '2' });
  expect([get('HUB_PORT'), get('HUB_MODE'), get('HUB_WAIT_S')]).toEqual([3012, undefined, 2000]);
  expect(problems).toMatchObject([
    { name: 'HUB_PORT', got: '70000', rule: 'a TCP port, a whole number from 0 to 65535' },
    { name: 'HUB_MODE', got: 'c', rule: '"a" or "b"' },
  ]);
});

test('the example shows every setting with its meaning and default, as a comment', () => {
  const long = setting(path, { default: null, meaning: 'word '.repeat(40).trim() });
  const text = printExample('Head.', [
    { title: 'Hub', settings: TABLE },
    { title: 'More', settings: { LONG: long } },
  ]);
  expect(text).toContain('# Where the hub listens.\n#HUB_PORT=3012\n');
  expect(text).toContain('#HUB_FILE=./data/hub\n');
  expect(text).toContain('#HUB_MODE=\n');
  for (const line of text.split('\n')) expect(line).toMatch(/^(#.{0,119})?$/);
});

test('names that are probably mistakes are told: in the environment, and all unknown ones in the file', () => {
  const known = Object.keys(TABLE);
  const told = [...unknownSettings({ HUB_PROT: '1', LEADMASTER_X: '1', OTHER: '1', HUB_PORT: '1' }, known, [])];
  expect(told).toEqual([
    'HUB_PROT has no effect; did you mean HUB_PORT?',
    'LEADMASTER_X is not a setting of LeadMaster and has no effect',
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'env');
  writeFileSync(file, 'HUB_PORT=1\nWHATEVER=2\n');
  const { env, warnings } = readEnvironment({ LEADMASTER_ENV_FILE: file, HUB_PORT: '5' }, known);
  expect(env).toMatchObject({ HUB_PORT: '5', WHATEVER: '2' });
  expect(warnings.map(({ text }) => text)).toEqual([`${file}: WHATEVER is no setting of LeadMaster`]);
});

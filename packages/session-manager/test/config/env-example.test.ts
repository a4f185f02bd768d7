import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { printExample } from '@leadmaster/service-kit/settings';
import { expect, test } from 'vitest';
import { CHECKOUT, readConfig } from '../../src/config/index.ts';
import { EXAMPLE_HEAD, SECTIONS, VARIABLES } from '../../src/config/variables.ts';

const example = readFileSync(join(CHECKOUT, '.env.example'), 'utf8');
const shown = parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));

test('.env.example lists every setting, and nothing else', () => {
  expect(Object.keys(shown).sort()).toEqual(Object.keys(VARIABLES).sort());
});

test('.env.example is printed from the table: after a change of it, run this test with -u', async () => {
  await expect(printExample(EXAMPLE_HEAD, SECTIONS)).toMatchFileSnapshot(join(CHECKOUT, '.env.example'));
});

test('the values shown are the defaults', () => {
  const machine = { cores: 2, freeBytes: 8e9 };
  expect(readConfig(shown, { machine })).toEqual(readConfig({}, { machine }));
});

test('as it stands it sets nothing', () => {
  expect(parseEnv(example)).toEqual({});
});

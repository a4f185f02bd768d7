import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { HUB_SECTION, VARIABLES as HUB_VARIABLES, readHubConfig } from '@leadmaster/central-hub/config';
import { printExample } from '@leadmaster/service-kit/settings';
import { CHECKOUT, ELSEWHERE, EXAMPLE_HEAD, readConfig, SECTIONS, VARIABLES } from '@leadmaster/session-manager/config';
import { expect, test } from 'vitest';
import { CLIENT_SECTION, readClientSettings } from '../src/client/settings.ts';

const example = readFileSync(join(CHECKOUT, '.env.example'), 'utf8');
const shown = parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));

test('.env.example lists every setting of both services, and nothing else', () => {
  const all = new Set([
    ...Object.keys(VARIABLES),
    ...Object.keys(HUB_VARIABLES),
    ...Object.keys(CLIENT_SECTION.settings),
  ]);
  expect(new Set(Object.keys(shown))).toEqual(all);
});

test('.env.example is printed from the tables: after a change of one, run this test with -u', async () => {
  const sections = [...SECTIONS.slice(0, 2), HUB_SECTION, CLIENT_SECTION, ...SECTIONS.slice(2)];
  await expect(printExample(EXAMPLE_HEAD, sections)).toMatchFileSnapshot(join(CHECKOUT, '.env.example'));
});

test('the session manager takes no setting of the hub or of the command line for a typing error', () => {
  const known = new Set([...Object.keys(VARIABLES), ...ELSEWHERE]);
  const others = [...Object.keys(HUB_VARIABLES), ...Object.keys(CLIENT_SECTION.settings)];
  expect(others.filter((name) => !known.has(name))).toEqual([]);
});

test('the values shown are the defaults', () => {
  const machine = { cores: 2, freeBytes: 8e9 };
  expect(readConfig(shown, { machine })).toEqual(readConfig({}, { machine }));
  expect(readHubConfig(shown)).toEqual(readHubConfig({}));
  expect(readClientSettings(shown)).toEqual(readClientSettings({}));
});

test('as it stands it sets nothing', () => {
  expect(parseEnv(example)).toEqual({});
});

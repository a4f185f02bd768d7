import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CALLS, type Route } from '@leadmaster/protocol';
import { beforeAll, expect, test } from 'vitest';
import { buildPage, DIST } from './build.ts';

const MOST_BYTES = 120_000;
/** The name of a vocabulary, which is not asked for. */
const NAMESPACE = 'http://www.w3.org/';

let files: Buffer[];
let text: string;

beforeAll(() => {
  buildPage();
  const assets = join(DIST, 'assets');
  files = ['../index.html', ...readdirSync(assets)].map((name) => readFileSync(join(assets, name)));
  text = files.join('\n');
});

test('what a browser can load of the page is at most 120 kB, packed', () => {
  const sizes = files.map((file) => gzipSync(file, { level: 9 }).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
});

test('the page brings no schemas, and no text that describes the contract', () => {
  const described = Object.values<Route>(CALLS).flatMap(({ summary, description = [] }) =>
    [summary, description].flat(),
  );
  expect([...described, 'ZodError', '_zod'].filter((part) => text.includes(part))).toEqual([]);
});

test('the page names no host, and nothing of the demo', () => {
  const hosts = [...text.matchAll(/\bhttps?:\/\/[\w.-]+\.[a-z]{2,}\/?/g)].map(([address]) => address);
  expect(hosts.filter((address) => address !== NAMESPACE)).toEqual([]);
  expect(text).not.toMatch(/stand-?in|simulated/i);
});

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settleTempDir } from '../../src/config/temp-dir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-tmp-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a temporary folder that works stays, and nothing is said', () => {
  const env = { TMPDIR: folder };
  expect(settleTempDir(env)).toBeNull();
  expect(env.TMPDIR).toBe(folder);
});

test.each([
  ['has a path too long for a socket', () => make(join(folder, 'x'.repeat(70))), 'leaves a browser'],
  ['is not there', () => join(folder, 'gone'), 'it is not there'],
  ['is a file', () => file(join(folder, 'file')), 'it is not a folder'],
])('one that %s is replaced, and that is said', (_what, path, why) => {
  const asked = path();
  const env = { TMPDIR: asked };
  const said = settleTempDir(env, [join(folder, 'nor this'), folder])?.text;
  expect(said).toContain(`TMPDIR=${asked} cannot be used`);
  expect(said).toContain(why);
  expect(said).toContain(`${folder} is used instead`);
  expect(env.TMPDIR).toBe(folder);
});

test('one that cannot be written into is replaced', ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write into every folder');
  const closed = make(join(folder, 'closed'));
  chmodSync(closed, 0o500);
  const env = { TMPDIR: closed };
  expect(settleTempDir(env, [folder])?.text).toContain('this user cannot write into it');
  expect(env.TMPDIR).toBe(folder);
});

test('where none works, the setting stays, and the error says what to do', () => {
  const env = { TMPDIR: join(folder, 'gone') };
  expect(settleTempDir(env, [join(folder, 'nor this')])?.text).toContain('Set TMPDIR to a folder with a short path');
  expect(env.TMPDIR).toBe(join(folder, 'gone'));
});

function make(path: string): string {
  mkdirSync(path);
  return path;
}

function file(path: string): string {
  writeFileSync(path, '');
  return path;
}

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settleTempDir } from '../../src/config/temp-dir.ts';
import { canMount, mount, unmount } from '../real/small-disk.ts';

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

test('one that cannot be written into is replaced', async ({ skip }) => {
  const closed = make(join(folder, 'closed'));
  chmodSync(closed, 0o500);
  // Root may write into every folder, but not onto a disk that is mounted read-only.
  const isRoot = process.getuid?.() === 0;
  if (isRoot && !(await canMount())) skip('root may write into every folder, and cannot mount here');
  if (isRoot) await mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs', closed);
  const env = { TMPDIR: closed };
  try {
    expect(settleTempDir(env, [folder])?.text).toContain('this user cannot write into it');
    expect(env.TMPDIR).toBe(folder);
  } finally {
    if (isRoot) await unmount(closed);
  }
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

import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makePrivateFile, replaceByPrivateFile } from '../../src/files/private-file.ts';
import { syncPath } from '../../src/files/sync.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a private file is readable by its owner only, with its folder, and leaves nothing beside it', () => {
  const folder = join(scratch(), 'deep', 'data');
  expect(makePrivateFile(join(folder, 'key'), 'secret\n')).toBe(true);
  expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('secret\n');
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['key']);
});

test('a file that is there is never overwritten', () => {
  const file = join(scratch(), 'key');
  makePrivateFile(file, 'first');
  chmodSync(file, 0o644);
  expect(makePrivateFile(file, 'second')).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('first');
});

test('a file that others may read, or have open, is replaced by a private one', () => {
  const folder = scratch();
  const file = join(folder, 'qr.png');
  writeFileSync(file, 'old', { mode: 0o644 });
  const opened = openSync(file, 'r');
  replaceByPrivateFile(file, 'secret');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['secret', 0o600]);
  expect(readFileSync(opened, 'utf8')).toBe('old');
  closeSync(opened);
  replaceByPrivateFile(join(folder, 'new'), 'secret');
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['new', 'qr.png']);
  expect(() => replaceByPrivateFile(join(folder, 'none', 'x'), '')).toThrow('ENOENT');
});

test('what is no file, such as /dev/stdout, is written to and stays what it is', () => {
  const folder = scratch();
  const link = join(folder, 'stdout');
  symlinkSync('/dev/null', link);
  replaceByPrivateFile(link, 'text');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

test('folders and files can be synced, and what is not there is an error', () => {
  const folder = scratch();
  makePrivateFile(join(folder, 'key'), 'x');
  syncPath(folder);
  syncPath(join(folder, 'key'));
  expect(() => syncPath(join(folder, 'none'))).toThrow('ENOENT');
});

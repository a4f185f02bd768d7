import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { loadSeal, Seal } from '../../src/secrets/seal.ts';
import { scratch } from '../store/fixtures.ts';

const SECRET = 'a secret of twenty-two characters';

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof LeadMasterError) return error.code;
    throw error;
  }
  return 'not refused';
}

test('what is sealed opens under the same secret and name, in another process too', () => {
  const sealed = new Seal(SECRET).seal('a token: ñ', 'token of m1');
  expect(new Seal(SECRET).open(sealed, 'token of m1')).toBe('a token: ñ');
  expect(sealed).not.toContain('token');
  expect(new Seal(SECRET).seal('', 'nothing')).not.toBe(new Seal(SECRET).seal('', 'nothing'));
});

test('what was sealed under another secret or name, or was changed, does not open', () => {
  const seal = new Seal(SECRET);
  const sealed = seal.seal('a token', 'token of m1');
  expect(codeOf(() => new Seal(`${SECRET}.`).open(sealed, 'token of m1'))).toBe('hub_secret_wrong');
  expect(codeOf(() => seal.open(sealed, 'token of m2'))).toBe('hub_secret_wrong');
  for (const [at, letter] of [...sealed].entries()) {
    const other = letter === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
    const opened = codeOf(() => seal.open(changed, 'token of m1'));
    expect([at, opened]).toEqual([at, 'hub_secret_wrong']);
  }
  for (const text of ['', 'v1', 'v1..', 'v1.AAAA.AAAA', `${sealed}.x`, sealed.slice(0, -4), 'v2.a.b']) {
    expect(codeOf(() => seal.open(text, 'token of m1'))).toBe('hub_secret_wrong');
  }
});

test('a missing secret is made where the hub is alone, private, and read the next time', () => {
  const file = join(scratch(), 'data', 'hub.secret');
  const sealed = loadSeal(file, true).seal('a token', 'm1');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadSeal(file, true).open(sealed, 'm1')).toBe('a token');
  expect(loadSeal(file, false).open(sealed, 'm1')).toBe('a token');
});

test('a missing secret is not made where hubs share a database', () => {
  const file = join(scratch(), 'hub.secret');
  expect(codeOf(() => loadSeal(file, false))).toBe('hub_secret_wrong');
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['empty', ''],
  ['too short', 'secret'],
  ['of two lines', `${SECRET}\nmore`],
])('a secret that is %s is refused and stays as it is', (_, text) => {
  const file = join(scratch(), 'hub.secret');
  const written = text.replaceAll(' ', '-');
  writeFileSync(file, written, { mode: 0o600 });
  expect(codeOf(() => loadSeal(file, true))).toBe('hub_secret_wrong');
  expect(readFileSync(file, 'utf8')).toBe(written);
});

test('what cannot be read is an error, never a reason to make another secret', () => {
  const file = join(scratch(), 'hub.secret');
  mkdirSync(file);
  expect(codeOf(() => loadSeal(file, true))).toBe('storage_failed');
});

test('a named pipe is no secret, and is refused without a wait', () => {
  const file = join(scratch(), 'hub.secret');
  execFileSync('mkfifo', [file]);
  expect(() => loadSeal(file, true)).toThrow('not a regular file');
});

test('a secret that others could read is made private, and that is told', () => {
  const file = join(scratch(), 'hub.secret');
  writeFileSync(file, `${SECRET.replaceAll(' ', '-')}\n`);
  chmodSync(file, 0o644);
  const warnings: string[] = [];
  loadSeal(file, false, (text) => warnings.push(text));
  expect(warnings).toHaveLength(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

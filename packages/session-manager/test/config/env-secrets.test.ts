import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../src/config/env.ts';
import { findAdminKey, loadEnvironment, loadSecrets, readConfig } from '../../src/config/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leadmaster-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('loadEnvironment', () => {
  test('the real environment wins over the file; empty does not', () => {
    const file = join(folder, 'env');
    writeFileSync(file, 'LOGIN_MODE=server\nLOG_LEVEL="debug"\nQR_ROUNDS=3 # why\n');
    const { env } = loadEnvironment({ LEADMASTER_ENV_FILE: file, LOGIN_MODE: 'local', LOG_LEVEL: '' });
    expect(env).toMatchObject({ LOGIN_MODE: 'local', LOG_LEVEL: 'debug', QR_ROUNDS: '3' });
  });

  test('a file that was named and is not there is an error', () => {
    expect(() => loadEnvironment({ LEADMASTER_ENV_FILE: join(folder, 'none') })).toThrow('cannot be read');
  });

  test('a relative name starts at the checkout, not at the working directory', () => {
    writeFileSync(join(folder, 'env'), 'LOG_LEVEL=debug\n');
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(loadEnvironment({ LEADMASTER_ENV_FILE: relative(CHECKOUT, join(folder, 'env')) }).env).toMatchObject({
        LOG_LEVEL: 'debug',
      });
      expect(() => loadEnvironment({ LEADMASTER_ENV_FILE: './env' })).toThrow(join(CHECKOUT, 'env'));
    } finally {
      process.chdir(before);
    }
  });

  test('a file with keys that others can read is warned of', () => {
    const file = join(folder, 'env');
    writeFileSync(file, 'LEADMASTER_ADMIN_KEY=abc\n', { mode: 0o644 });
    expect(loadEnvironment({ LEADMASTER_ENV_FILE: file }).warnings[0]?.text).toContain('chmod 600');
    chmodSync(file, 0o600);
    expect(loadEnvironment({ LEADMASTER_ENV_FILE: file }).warnings).toEqual([]);
  });
});

describe('loadSecrets', () => {
  const config = () => readConfig({ LEADMASTER_DATA_DIR: join(folder, 'data') });

  test('makes both keys once, private to their owner, and keeps them', () => {
    expect(findAdminKey(config())).toBeNull();
    const first = loadSecrets(config());
    expect(first.adminKey).toMatch(/^[\w-]{43}$/);
    expect(first.serviceToken).not.toBe(first.adminKey);
    expect(loadSecrets(config())).toEqual(first);
    expect(findAdminKey(config())).toBe(first.adminKey);
    expect(readdirSync(join(folder, 'data')).sort()).toEqual(['admin.key', 'service.token']);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'data/admin.key')).mode & 0o777).toBe(0o600);
  });

  test('the environment comes first, and then nothing is written', () => {
    const env = {
      LEADMASTER_DATA_DIR: folder,
      LEADMASTER_ADMIN_KEY: 'a'.repeat(32),
      LEADMASTER_SERVICE_TOKEN: 'b'.repeat(32),
    };
    expect(loadSecrets(readConfig(env))).toEqual({ adminKey: 'a'.repeat(32), serviceToken: 'b'.repeat(32) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an open key file is made private, with a warning', () => {
    const { adminKey } = loadSecrets(config());
    chmodSync(join(folder, 'data/admin.key'), 0o644);
    const warnings: string[] = [];
    expect(loadSecrets(config(), (text) => warnings.push(text)).adminKey).toBe(adminKey);
    expect(warnings[0]).toContain('could be read by other users');
    expect(statSync(join(folder, 'data/admin.key')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['empty', ''],
    ['two lines', 'a\nb\n'],
  ])('a key file that is %s is an error and stays as it is', (_, text) => {
    const file = join(folder, 'admin.key');
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => loadSecrets(readConfig({ LEADMASTER_DATA_DIR: folder }))).toThrow(LeadMasterError);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('a key file that is a link, and a data folder that is a file, are errors that name the file', () => {
    symlinkSync('/etc/hostname', join(folder, 'admin.key'));
    expect(() => loadSecrets(readConfig({ LEADMASTER_DATA_DIR: folder }))).toThrow('not a regular file');
    writeFileSync(join(folder, 'file'), '');
    expect(() => loadSecrets(readConfig({ LEADMASTER_DATA_DIR: join(folder, 'file') }))).toThrow(join(folder, 'file'));
  });
});

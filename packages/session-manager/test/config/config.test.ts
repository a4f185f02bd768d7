import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHECKOUT, ConfigError, defaultConcurrency, readConfig } from '../../src/config/index.ts';

function problemsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

function warningsOf(env: Record<string, string>): string[] {
  const warnings: string[] = [];
  readConfig(env, { warn: (text) => warnings.push(text) });
  return warnings;
}

describe('readConfig', () => {
  test('an address with a slip in it is no host name', () => {
    for (const host of ['999.1.1.1', '127.0.0', '1', 'name.7']) {
      expect(problemsOf({ LEADMASTER_HOST: host })).toMatch(/^LEADMASTER_HOST is .* an IP address or a host name/);
    }
    for (const host of ['localhost', '0.0.0.0', '::1', 'vps-7.example'])
      expect(problemsOf({ LEADMASTER_HOST: host })).toBe('accepted');
  });

  test('a schedule has five fields: with six a round would be taken every second', () => {
    expect(problemsOf({ SNAPSHOT_SCHEDULE: '0 0 2 * * *' })).toMatch(/SNAPSHOT_SCHEDULE .*five fields: minute, hour/);
    expect(problemsOf({ SNAPSHOT_SCHEDULE: '* * * * * *' })).toContain('five fields');
    for (const schedule of ['0 2 * * *', '*/30  * * * 1-5', '@daily', 'off'])
      expect([schedule, problemsOf({ SNAPSHOT_SCHEDULE: schedule })]).toEqual([schedule, 'accepted']);
  });

  test('an empty environment gives the documented defaults, without a warning', () => {
    const warnings: string[] = [];
    const config = readConfig({}, { machine: { cores: 2, freeBytes: 24e9 }, warn: (text) => warnings.push(text) });
    expect(config).toMatchObject({
      dataDir: resolve(CHECKOUT, 'data'),
      host: '127.0.0.1',
      port: 3001,
      loginMode: 'qr',
      chromePath: null,
      chromeArgs: [],
      adminKey: null,
      compat: 'key',
      startConcurrency: 4,
      storageWarnBytes: 1024 * 1024 * 1024,
      storageTrimBytes: null,
      retention: { trashDays: 30, trashBytes: 10_240 * 2 ** 20 },
      probe: { intervalMs: 15_000, deadlineMs: 60_000 },
      backoff: { maxMs: 60_000 },
    });
    expect(warnings).toEqual([]);
  });

  test('an empty or blank value counts as not given', () => {
    expect(readConfig({ SESSION_MANAGER_PORT: '', LOGIN_MODE: ' ' })).toMatchObject({ port: 3001, loginMode: 'qr' });
  });

  test('WEB_VERSION is live, guarded or one build', () => {
    expect(readConfig({})).toMatchObject({ webVersion: null, guard: { isOn: false, canary: null, trialMs: 600_000 } });
    expect(readConfig({ WEB_VERSION: 'live' })).toMatchObject({ webVersion: null, guard: { isOn: false } });
    expect(readConfig({ WEB_VERSION: 'guarded', GUARD_CANARY: 'ventas' })).toMatchObject({
      webVersion: null,
      guard: { isOn: true, canary: 'ventas' },
    });
    expect(readConfig({ WEB_VERSION: '2.3000.1043191242' })).toMatchObject({
      webVersion: '2.3000.1043191242',
      guard: { isOn: false },
    });
    expect(problemsOf({ WEB_VERSION: 'newest' })).toContain('"live", "guarded", or a WhatsApp Web version');
    expect(problemsOf({ GUARD_CANARY: '../x' })).toContain('GUARD_CANARY');
  });

  test('relative paths start at the checkout, not at the working directory', () => {
    const config = readConfig({ LEADMASTER_DATA_DIR: 'elsewhere', CHROME_PATH: '/opt/x' }, { baseDir: '/srv/lm' });
    expect(config).toMatchObject({ dataDir: '/srv/lm/elsewhere', chromePath: '/opt/x' });
  });

  test('a trim by itself is off, or has a size', () => {
    expect(readConfig({ STORAGE_TRIM_MB: 'off' }).storageTrimBytes).toBeNull();
    expect(readConfig({ STORAGE_TRIM_MB: '300' }).storageTrimBytes).toBe(300 * 2 ** 20);
    expect(problemsOf({ STORAGE_TRIM_MB: 'never' })).toBe(
      'STORAGE_TRIM_MB is "never"; it may be "off", or megabytes per session, a whole number from 1 to 10000000',
    );
  });

  test('fractions of a second are allowed', () => {
    expect(readConfig({ PROBE_INTERVAL_S: '0.2', PROBE_DEADLINE_S: '1.5' }).probe).toEqual({
      intervalMs: 200,
      deadlineMs: 1500,
    });
  });

  test('a bad value names the variable, what it got and what it may be', () => {
    expect(problemsOf({ LOGIN_MODE: 'sever' })).toBe('LOGIN_MODE is "sever"; it may be "qr" or "local" or "server"');
    expect(problemsOf({ SESSION_MANAGER_PORT: '70000' })).toContain(
      'SESSION_MANAGER_PORT is "70000"; it may be a TCP port',
    );
    expect(problemsOf({ PROBE_INTERVAL_S: '-1' })).toContain('PROBE_INTERVAL_S is "-1"; it may be a number of seconds');
  });

  test('all problems are told at once', () => {
    const text = problemsOf({ LOGIN_MODE: 'x', LOG_LEVEL: 'loud', QR_ROUNDS: '1.5' });
    expect(text).toMatch(/^3 settings are wrong:/);
    for (const name of ['LOGIN_MODE', 'LOG_LEVEL', 'QR_ROUNDS']) expect(text).toContain(name);
  });

  test('a secret is never printed', () => {
    expect(problemsOf({ LEADMASTER_ADMIN_KEY: 'two words' })).not.toContain('two words');
  });

  test('values that contradict one another are refused', () => {
    expect(problemsOf({ PROBE_INTERVAL_S: '90' })).toContain(
      'PROBE_DEADLINE_S is "60"; it may be at least PROBE_INTERVAL_S',
    );
    expect(problemsOf({ BACKOFF_FIRST_MS: '90000' })).toContain('BACKOFF_MAX_S');
  });

  test('an unknown name gets a warning and the nearest known one; settings of other services do not', () => {
    expect(warningsOf({ LEADMASTER_DATADIR: '/x' })).toEqual([
      'LEADMASTER_DATADIR is not a setting of LeadMaster and has no effect; did you mean LEADMASTER_DATA_DIR?',
    ]);
    expect(warningsOf({ LEADMASTER_NONSENSE: '1' })[0]).toMatch(/has no effect$/);
    expect(warningsOf({ PROBE_INTERVAL: '5' })[0]).toContain('did you mean PROBE_INTERVAL_S?');
    expect(warningsOf({ VAULT_URL: 'file:/x', HUB_PORT: '1', HOME: '/root', PATH: '/bin', PORT: '1' })).toEqual([]);
  });

  test('a guessable key and an open port are warned of', () => {
    expect(warningsOf({ LEADMASTER_ADMIN_KEY: 'hunter2' })[0]).toContain('guessed');
    expect(warningsOf({ LEADMASTER_HOST: '0.0.0.0' })[0]).toContain('without encryption');
  });

  test('a host that only begins like a loopback address is told to be reachable', () => {
    for (const [LEADMASTER_HOST, told] of [
      ['127.evil.example', 1],
      ['127.0.0.1', 0],
      ['localhost', 0],
    ] as const) {
      const warnings = warningsOf({ LEADMASTER_HOST });
      expect(warnings.filter((text) => text.includes('without encryption'))).toHaveLength(told);
    }
  });

  test('no environment makes it throw anything but a ConfigError', () => {
    const names = [
      'LOGIN_MODE',
      'CHROME_ARGS',
      'LEADMASTER_HOST',
      'PROBE_DEADLINE_S',
      'WEB_VERSION',
      'LEADMASTER_ADMIN_KEY',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' })), (env) => {
        expect(problemsOf(env)).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('CHROME_ARGS', () => {
  test('is split as a shell would', () => {
    const text = `--proxy-server=http://p:3128 --host-resolver-rules="MAP web.whatsapp.com 127.0.0.1:1, MAP * ~NOTFOUND"`;
    expect(readConfig({ CHROME_ARGS: text }).chromeArgs).toEqual([
      '--proxy-server=http://p:3128',
      '--host-resolver-rules=MAP web.whatsapp.com 127.0.0.1:1, MAP * ~NOTFOUND',
    ]);
  });

  test.each([
    ['--a=1; rm -rf /', 'operator'],
    ['--a=1 && --b', 'operator'],
    ['--a=*.local', 'wildcard'],
    ['--a=$HOME', 'variables are not expanded'],
    ['--rules=MAP x y', 'does not begin with "--"'],
    ['--a #x', 'comment'],
    ['--user-data-dir=/tmp/x', 'set by LeadMaster itself'],
    ['--remote-debugging-port=9222', 'set by LeadMaster itself'],
  ])('%s is refused and says why', (text, why) => {
    expect(problemsOf({ CHROME_ARGS: text })).toContain(why);
  });
});

test('the default start concurrency follows cores and memory, and is never 0', () => {
  expect(defaultConcurrency({ cores: 8, freeBytes: 64e9 })).toBe(16);
  expect(defaultConcurrency({ cores: 8, freeBytes: 2e9 })).toBe(3);
  expect(defaultConcurrency({ cores: 1, freeBytes: 1e8 })).toBe(1);
});

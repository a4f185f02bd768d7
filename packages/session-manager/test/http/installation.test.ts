import { settingsView, vaultView } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { effectiveSettings, readConfig } from '../../src/config/index.ts';
import { ADMIN_KEY, SERVICE_TOKEN, serve } from './serve.ts';

const environment = (env: Record<string, string>, fromFile: Record<string, string> = {}) => ({
  ...{ env: { ...fromFile, ...env }, file: '/x/.env', fromFile, warnings: [] },
});

describe('settings', () => {
  test('are told as the service has them, without a secret', async () => {
    const { ask, dataDir } = await serve({ env: { CHROME_ARGS: '--proxy-server=http://me:hidden@proxy:3128' } });
    const { status, json, text } = await ask('/v1/settings');
    expect([status, settingsView.parse(json)]).toEqual([200, json]);
    const of = (name: string) => json.items.find((item: { name: string }) => item.name === name);
    expect(of('LEADMASTER_DATA_DIR')).toMatchObject({ value: dataDir, source: 'environment', default: './data' });
    expect(of('LEADMASTER_ADMIN_KEY')).toMatchObject({ value: null, source: 'environment', isSecret: true });
    expect(of('PROBE_INTERVAL_S')).toMatchObject({ value: '15', source: 'default', isSecret: false });
    expect(of('VAULT_KEY_FILE').value).toBe(`${dataDir}/vault.key`);
    expect(of('START_CONCURRENCY').value).toMatch(/^\d+$/);
    expect(of('CHROME_ARGS').value).toContain('@proxy:3128');
    for (const secret of [ADMIN_KEY, SERVICE_TOKEN, 'hidden']) expect(text).not.toContain(secret);
  });

  test('say whether a value comes from the settings file, the environment or the default', () => {
    const env = environment(
      { LOG_LEVEL: 'warn', QR_ROUNDS: ' ' },
      { LOGIN_MODE: 'server', SNAPSHOT_SCHEDULE: '@daily' },
    );
    const view = effectiveSettings(env, readConfig(env.env));
    const of = (name: string) => view.items.find((item) => item.name === name);
    expect(view.file).toBe('/x/.env');
    expect(of('LOG_LEVEL')).toMatchObject({ value: 'warn', source: 'environment' });
    expect(of('LOGIN_MODE')).toMatchObject({ value: 'server', source: 'file' });
    expect(of('QR_ROUNDS')).toMatchObject({ value: '5', source: 'default' });
    expect(of('SNAPSHOT_SCHEDULE')?.value).toBe('@daily');
  });
});

describe('the vault', () => {
  test('says where it is, how it is used, and that it opens', async () => {
    const manager = await serve({ env: { SNAPSHOT_KEEP: 'last=3', SNAPSHOT_SCHEDULE: '0 3 * * *' } });
    expect((await manager.ask('/v1/vault')).json).toMatchObject({ id: null, problem: { code: 'vault_missing' } });
    await manager.given('a', 'READY');
    await manager.take('a');
    const { status, json } = await manager.ask('/v1/vault');
    expect([status, vaultView.parse(json)]).toEqual([200, json]);
    expect(json).toMatchObject({
      ...{ url: `file:${manager.dataDir}/vault`, keyFile: `${manager.dataDir}/vault.key`, problem: null },
      ...{ schedule: '0 3 * * *', keep: { last: 3, daily: 0, weekly: 0, monthly: 0 } },
    });
    expect(json.id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('that does not open is an answer with the reason and what to do', async () => {
    const manager = await serve();
    await manager.given('a', 'READY');
    await manager.take('a');
    manager.blobs.plan({ what: 'fail', times: 100 });
    const { status, json } = await manager.ask('/v1/vault');
    expect([status, vaultView.parse(json)]).toEqual([200, json]);
    expect(json).toMatchObject({ id: null, problem: { code: expect.any(String), hint: expect.stringMatching(/\S/) } });
  });
});

import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { run, tempFolder } from './harness.ts';

test('no session is made here that the hub has on another machine, in two languages; a hub that is away refuses nothing', async () => {
  const hub = await hubOver(['m1', 'm2']);
  await hub.ask('/v1/sessions', { body: { name: 'ventas', start: false, machine: 'm2' } });
  await hub.until('ventas', 'STOPPED');
  const here = {
    ...{ LEADMASTER_DATA_DIR: tempFolder(), LEADMASTER_ADMIN_KEY: ADMIN_KEY },
    ...{ SESSION_MANAGER_PORT: String(hub.managers.m1?.port), HUB_PORT: String(hub.port) },
  };
  const cli = (line: string, more = {}) => run(line.split(' '), { env: { ...here, ...more } });
  for (const line of ['qr ventas', 'pair ventas 5491122223333', 'session create ventas']) {
    const refused = await cli(line);
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('ventas is on m2, another machine')]);
    expect(refused.stderr).toContain('LEADMASTER_KEY="$(cat ');
  }
  expect((await cli('qr ventas', { LEADMASTER_LANG: 'es' })).stderr).toContain('ventas está en m2, otra máquina');
  expect((await cli('sessions ventas')).code).toBe(3);

  expect((await cli('session create caja --no-start')).code).toBe(0);
  expect((await cli('session create ventas --no-start', { HUB_PORT: '1' })).code).toBe(0);
});

import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { run, tempFolder } from './harness.ts';

test('links are made, listed and revoked on the hub that LEADMASTER_URL names', async () => {
  const hub = await hubOver(['m1']);
  const here = { LEADMASTER_DATA_DIR: tempFolder(), SESSION_MANAGER_PORT: '1' };
  const env = { ...here, LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY };
  const cli = (line: string) => run(line.split(' '), { env });
  await hub.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  expect((await cli('links list ventas')).stdout).toContain('./leadmaster links create ventas');
  const made = await cli('links create ventas --minutes 5 --phone +54-9-11-2222-3333 --language es --json');
  const link = JSON.parse(made.stdout);
  expect([made.code, link]).toMatchObject([0, { expectedPhone: '5491122223333', language: 'es', state: 'waiting' }]);
  expect((await fetch(link.url)).status).toBe(200);
  expect((await cli('links list ventas')).stdout).toMatch(new RegExp(`^${link.id} +waiting`, 'm'));
  expect(await cli(`links revoke ventas ${link.id} --yes`)).toMatchObject({ code: 0 });
  expect((await fetch(link.url)).status).toBe(410);
  const listed = JSON.parse((await cli('links list ventas --json')).stdout);
  expect(listed.items).toMatchObject([{ id: link.id, state: 'revoked', lateTries: 1 }]);
  expect(await cli('links create ventas --language fr')).toMatchObject({ code: 2 });
  expect(await cli('links create ventas --phone 12')).toMatchObject({ code: 2 });
  expect(await cli('links revoke ventas aaaaaaaaaaaa --yes')).toMatchObject({ code: 3 });
  expect(await cli('links create otra')).toMatchObject({ code: 3 });
});

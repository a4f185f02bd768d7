import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { hubOver, tampered } from '../../central-hub/test/hub.ts';
import { run, tempFolder } from './harness.ts';

async function setUp() {
  const hub = await hubOver(['m1']);
  const env = {
    LEADMASTER_DATA_DIR: tempFolder(),
    SESSION_MANAGER_PORT: '1',
    LEADMASTER_URL: `http://127.0.0.1:${hub.port}`,
    LEADMASTER_KEY: ADMIN_KEY,
  };
  const cli = (line: string, more = {}) => run(line.split(' '), { env: { ...env, ...more } });
  return { hub, cli, file: join(tempFolder(), 'audit.jsonl') };
}

test('audit lists who did what, the latest last, of a tenant or of all', async () => {
  const { cli } = await setUp();
  await cli('tenants create acme');
  await cli('tenants create beta');
  const listed = await cli('audit');
  expect(listed.stdout).toMatch(/operator +createTenant +tenant:acme .*ok[\s\S]*createTenant +tenant:beta/);
  expect((await cli('audit --tenant acme')).stdout).not.toContain('beta');
  const items = (text: string): { target: string }[] => JSON.parse(text).items;
  expect(items((await cli('audit list --limit 1 --json')).stdout)).toMatchObject([{ target: 'tenant:beta' }]);
  expect(items((await cli('audit --after 0 --limit 1 --json')).stdout)).toMatchObject([{ action: 'addMachine' }]);
  expect((await cli('audit --session none')).stdout).toContain('nothing of that');
});

test('an export has every line and ends with the head; verify compares it, in English and Spanish', async () => {
  const { cli, hub, file } = await setUp();
  await cli('tenants create acme');
  expect(await cli(`audit export ${file}`)).toMatchObject({ code: 0, stdout: expect.stringContaining('up to 4') });
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ result }) => result)).toEqual(['begun', 'ok', 'begun', 'ok', undefined]);
  expect(lines.at(-1)).toEqual({ head: { line: 4, at: lines.at(-2).at, mac: lines.at(-2).mac } });
  expect((await cli(`audit export ${file}`)).code).toBe(1);
  await cli('tenants create beta');
  const whole = await cli(`audit verify ${file}`);
  expect([whole.code, whole.stdout]).toEqual([
    0,
    expect.stringMatching(/The audit is whole[\s\S]*head in the file is as it was/),
  ]);
  for (const change of [
    (text: string) => text.replace('createTenant', 'deleteTenant'),
    (text: string) => text.replace(/^.*\n/, ''),
  ]) {
    const changed = join(tempFolder(), 'changed.jsonl');
    writeFileSync(changed, change(readFileSync(file, 'utf8')));
    const seen = await cli(`audit verify ${changed}`);
    expect([seen.code, seen.stdout]).toEqual([1, expect.stringMatching(/The file itself was changed: its line [13]/)]);
  }
  await tampered(hub, 'delete from audit where id > 3');
  const cut = await cli(`audit verify ${file}`, { LEADMASTER_LANG: 'es' });
  expect([cut.code, cut.stdout]).toEqual([1, expect.stringContaining('Desde la línea 4 se cortó el final.')]);
});

test('a file without a head is refused, and nothing is asked of the hub', async () => {
  const { cli, file } = await setUp();
  writeFileSync(file, '{"line":1}\n');
  const refused = await cli(`audit verify ${file}`);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('does not end with a head')]);
  appendFileSync(file, '{"line":0,"at":null,"mac":""}\n');
  expect((await cli(`audit verify ${file}`)).code).toBe(0);
});

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { send } from '../../../central-hub/test/hub.ts';
import { Phones, phoneOf } from '../../src/demo/phones.ts';
import { startStandin } from '../../src/demo/standin.ts';
import { exitOf } from '../launch/fake-checkout.ts';
import { demo, needBrowser, type Running } from './demo-service.ts';

beforeEach(needBrowser);

const TIMEOUT = { timeout: 60_000 };
const NAME = 'acme.ventas';

async function runs(service: Running): Promise<void> {
  await expect.poll(service.said, TIMEOUT).toContain('LeadMaster is running');
}

/** A machine with its vault elsewhere, and what speaks with its hub. */
async function machine() {
  const { folder, startWith, cliWith, hubPort } = await demo();
  const standin = await startStandin({}, folder);
  onTestFinished(() => standin.close());
  const vault = { VAULT_URL: `file:${join(folder, 'vault')}`, VAULT_KEY_FILE: join(folder, 'vault.key') };
  const env = { CHROME_ARGS: standin.chromeArgs, ...vault };
  const on = (dataDir: string) => ({ ...env, LEADMASTER_DATA_DIR: join(folder, dataDir) });
  return {
    folder,
    start: (dataDir: string) => startWith(on(dataDir), 'start'),
    cli: (dataDir: string, ...args: string[]) => cliWith(on(dataDir))(...args),
    phones: new Phones(standin.controlUrl),
    ask: (key: string) => (path: string, body?: object) => send(hubPort, path, { key, ...(body && { body }) }),
  };
}

/** The first line that a command prints. */
const first = ({ text }: { text: string }): string => text.split('\n')[0] ?? '';

test('a machine is lost: with the vault and its key another one has tenants, keys, sessions, links and audit again', async () => {
  const { folder, start, cli, phones, ask } = await machine();
  const lost = start('lost');
  await runs(lost);
  await cli('lost', 'tenants', 'create', 'acme');
  const scopes = ['--scopes', 'read', 'send', 'control'];
  const key = first(await cli('lost', 'keys', 'create', 'app', '--tenant', 'acme', ...scopes));
  const revoked = first(await cli('lost', 'keys', 'create', 'old', '--tenant', 'acme', ...scopes));
  const [client, former] = [ask(key), ask(revoked)];
  await client('/v1/sessions', { name: 'ventas' });
  const link = (await client('/v1/sessions/ventas/links', {})).json.id;
  const { text: qr } = await client('/v1/sessions/ventas/qr?wait=50');
  await phones.scan(phoneOf(NAME), JSON.parse(qr).qr);
  const state = async () => (await client('/v1/sessions/ventas')).json?.state;
  await expect.poll(state, TIMEOUT).toBe('READY');
  expect(await cli('lost', 'snapshot', 'create', NAME)).toMatchObject({ code: 0 });
  const kept = join(folder, 'audit.jsonl');
  expect(await cli('lost', 'audit', 'export', kept)).toMatchObject({ code: 0 });
  expect((await former('/v1/sessions')).status).toBe(200);
  await cli('lost', 'keys', 'revoke', revoked.split('_')[1] ?? '', '--yes');
  const since = Date.now() / 1000;
  const operator = ask(readFileSync(join(folder, 'lost/admin.key'), 'utf8').trim());
  const savedAt = async () =>
    Number(/^leadmaster_hub_backup_timestamp_seconds (\S+)/m.exec((await operator('/metrics')).text)?.[1]);
  await expect.poll(savedAt, TIMEOUT).toBeGreaterThan(since);
  lost.child.kill('SIGKILL');
  await exitOf(lost.child);
  rmSync(join(folder, 'lost'), { recursive: true });

  const held = (await cli('fresh', 'recover')).text;
  const hub = /recover --hub (\S+)/.exec(held)?.[1] ?? '';
  expect(held).toMatch(/^acme\.ventas +\d+ .* no$/m);
  expect(await cli('fresh', 'recover', '--hub', hub)).toMatchObject({
    ...{ code: 0, text: expect.stringContaining('tenants 1, keys 1, machines 1') },
  });
  expect(await cli('fresh', 'recover', '--all', '--origin-retired')).toMatchObject({ code: 0 });
  await runs(start('fresh'));
  await expect.poll(state, TIMEOUT).toBe('READY');
  expect((await former('/v1/sessions')).status).toBe(401);
  const sent = await client('/v1/sessions/ventas/messages', { to: '5491199990000', text: 'de la nueva' });
  expect(sent.status, sent.text).toBe(202);
  const fate = async () => (await client(`/v1/sessions/ventas/messages/${sent.json.id}`)).json.state;
  await expect.poll(fate, TIMEOUT).toMatch(/^(SENT|DELIVERED|READ)$/);
  expect((await client('/v1/sessions/ventas/links')).json.items).toMatchObject([{ id: link }]);
  expect(await cli('fresh', 'audit', 'verify', kept)).toMatchObject({ code: 0 });
  expect((await cli('fresh', 'recover')).text).toContain(`recover --hub ${hub}`);
}, 240_000);

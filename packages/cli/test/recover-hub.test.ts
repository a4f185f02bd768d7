import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderStore, newMasterKeyText, openVault, parseMasterKeys } from '@leadmaster/vault';
import { expect, test } from 'vitest';
import { run, tempFolder } from './harness.ts';

const HUB = 'hub-0123456789abcdef';

/** The smallest document of a hub: its identity, and one tenant. */
function documentOf(hub: string): Buffer {
  const tenant = { name: 'acme', title: 'Acme', session_limit: null, key_limit: null, created_at: 1, sending: 'on' };
  const counters = ['keys', 'sending'].map((name) => ({ name, value: 0 }));
  const none = {
    keys: [],
    machines: [],
    homes: [],
    untold_sessions: [],
    onboarding_links: [],
    audit: [],
    audit_marks: [],
  };
  const facts = [{ name: 'log', value: hub.replace('hub-', '') }];
  const of = { form: 'leadmaster-hub/1', hub, number: 1, at: '2026-03-01T10:00:00.000Z', schema: 1, local: null };
  const secret = 'a-secret-of-this-test-alone';
  return Buffer.from(
    JSON.stringify({ ...of, secret, newestEvent: 0, tables: { facts, counters, tenants: [tenant], ...none } }),
  );
}

/** A fresh machine: nothing but a vault with these hubs, and its key. */
async function freshMachine(...hubs: string[]) {
  const root = tempFolder();
  const keyText = newMasterKeyText();
  await writeFile(join(root, 'vault.key'), keyText, { mode: 0o600 });
  const store = new FolderStore(join(root, 'vault'), { create: true });
  const vault = await openVault({ store, masterKeys: parseMasterKeys(keyText), create: true });
  for (const hub of hubs) await vault.hubs.save({ hub, number: 1, document: documentOf(hub) });
  const dataDir = join(root, 'data');
  const env = {
    ...{
      LEADMASTER_DATA_DIR: dataDir,
      VAULT_URL: `file:${join(root, 'vault')}`,
      VAULT_KEY_FILE: join(root, 'vault.key'),
    },
    // Nothing listens there.
    ...{ SESSION_MANAGER_PORT: '1', HUB_PORT: '1' },
  };
  return { root, dataDir, cli: (...args: string[]) => run(args, { env }) };
}

test('recover --hub brings the hub back on a machine that has only the vault and its key, once', async () => {
  const { dataDir, cli } = await freshMachine(HUB);
  expect((await cli('recover')).stderr).toContain(`./leadmaster recover --hub ${HUB}`);
  const back = await cli('recover', '--hub');
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining(`The hub ${HUB} is back`) as string });
  expect(existsSync(join(dataDir, 'hub.secret'))).toBe(true);
  const again = await cli('recover', '--hub', '--json');
  expect(again.code).not.toBe(0);
  expect(again.stdout + again.stderr).toContain('wrong_state');
});

test("recover --hub --demo brings the demo's hub back, and leaves the real data folder alone", async () => {
  const { root, dataDir, cli } = await freshMachine(HUB);
  const demo = `${dataDir}-demo`;
  await mkdir(demo);
  for (const name of ['vault', 'vault.key']) await rename(join(root, name), join(demo, name));
  expect(await cli('recover', '--hub', '--demo')).toMatchObject({ code: 0 });
  expect([existsSync(join(demo, 'hub.secret')), existsSync(dataDir)]).toEqual([true, false]);
});

test('of several hubs in a vault one is named, and one that is not there is told', async () => {
  const { cli } = await freshMachine(HUB, 'hub-other');
  const which = await cli('recover', '--hub');
  expect([which.code, which.stderr]).toEqual([2, expect.stringContaining('hub-other') as string]);
  expect((await cli('recover', '--hub', 'hub-none')).stderr).toContain('The vault holds no hub hub-none.');
  expect(await cli('recover', '--hub', 'hub-other')).toMatchObject({ code: 0 });
});

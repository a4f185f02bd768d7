import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';

/** What `start --demo` says before it makes its folder, which it cannot make here. */
async function saidByDemo(env: Record<string, string>, lines = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-demo-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, '.env'), lines);
  const own = { LEADMASTER_ENV_FILE: join(folder, '.env'), LEADMASTER_DATA_DIR: join(folder, '.env/data') };
  const { code, stderr } = await run(['start', '--demo'], { env: { ...own, ...env } });
  expect(code).toBe(1);
  return stderr;
}

test('a demo says that the vault and the key that are set are not used', async () => {
  const said = await saidByDemo({ VAULT_URL: 'file:/mnt/backup/vault' }, 'VAULT_KEY_FILE=/root/vault.key\n');
  expect(said).toContain('The demo keeps everything in a folder of its own: VAULT_URL is not used.');
  expect(said).toContain('The demo keeps everything in a folder of its own: VAULT_KEY_FILE is not used.');
});

test('a demo says nothing of a vault where none is set', async () => {
  expect(await saidByDemo({ VAULT_URL: '' })).not.toContain('is not used');
});

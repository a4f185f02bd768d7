import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FolderStore, newMasterKeyText, parseMasterKeys, type SourceEntry } from '../src/index.ts';
import { contents, expected, file, randomBytes, SESSION, sorted, temporaryFolder, vaultIn } from './helpers.ts';

const run = promisify(execFile);
const DOCUMENT = join(import.meta.dirname, '../../../docs/vault-format.md');
const TOOLS = ['bash', 'openssl', 'zstd', 'jq', 'od', 'dd'];

test('a snapshot is restored by hand with the script of docs/vault-format.md', async (context) => {
  const missing = TOOLS.filter((tool) => !installed(tool));
  if (missing.length > 0) context.skip(`not installed: ${missing.join(', ')}`);
  const folder = await temporaryFolder();
  const script = /```bash\n(.*?)```/s.exec(readFileSync(DOCUMENT, 'utf8'))?.[1] ?? '';
  const paths = {
    script: join(folder, 'restore-by-hand.sh'),
    key: join(folder, 'vault.key'),
    vault: join(folder, 'vault'),
    to: join(folder, 'to'),
  };
  await fs.writeFile(paths.script, script);
  await fs.writeFile(paths.key, newMasterKeyText());
  const masterKeys = parseMasterKeys(await fs.readFile(paths.key, 'utf8'));
  const vault = await vaultIn(new FolderStore(paths.vault, { create: true }), { masterKeys });
  const common = { mode: 0o700, mtimeMs: 1_650_000_000_000 };
  const entries: SourceEntry[] = [
    { ...common, kind: 'directory', path: 'Default/empty folder' },
    file('Default/Preferences', '{"a":1}'.repeat(500)),
    file('Default/IndexedDB/000003.log', randomBytes(2_500_000)),
    file('Default/zeros', Buffer.alloc(1_500_000)),
    file('Default/ünï "quoted" \\ $HOME', 'text'),
    file('nothing', ''),
    { ...common, kind: 'symlink', path: 'SingletonLock', target: 'host-1' },
  ];
  await vault.save(SESSION, [file('older', 'older')], { kind: 'full' });
  const { sequence } = await vault.save(SESSION, entries, { kind: 'full' });

  const list = await run('bash', [paths.script, paths.vault, paths.key, SESSION]);
  expect(list.stdout.trim().split('\n')).toHaveLength(2);
  await run('bash', [paths.script, paths.vault, paths.key, SESSION, String(sequence), paths.to]);
  expect(sorted(await contents(paths.to))).toEqual(sorted(expected(entries)));
  const stat = await fs.stat(join(paths.to, 'Default/Preferences'));
  expect([stat.mode & 0o777, stat.mtimeMs]).toEqual([0o600, 1_700_000_000_000]);
});

function installed(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readKeyText } from '../src/key-file.ts';

const HINT = 'Put it there.';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'leadmaster-key-file-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('the text of a key file is read as it is', async () => {
  const file = join(folder(), 'vault.key');
  writeFileSync(file, '# a comment\nabc\n');
  expect(await readKeyText(file, HINT)).toBe('# a comment\nabc\n');
});

test.each([
  ['a file that is not there', () => undefined, 'ENOENT'],
  ['a pipe, which would never end', (file: string) => execFileSync('mkfifo', [file]), 'it is not a regular file'],
])('%s is refused with the hint', async (_, make, why) => {
  const file = join(folder(), 'vault.key');
  make(file);
  await expect(readKeyText(file, HINT)).rejects.toMatchObject({
    ...{ code: 'vault_key_missing', hint: HINT },
    message: expect.stringContaining(why),
  });
});

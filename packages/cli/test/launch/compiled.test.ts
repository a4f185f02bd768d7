import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const MAIN = 'packages/cli/src/main.mjs';

test('compiled code is kept where no other user may write, under any umask', async () => {
  const root = mkdtempSync(join(tmpdir(), 'leadmaster-compiled-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, MAIN, '..'), { recursive: true });
  cpSync(join(CHECKOUT, MAIN), join(root, MAIN));
  const { NODE_COMPILE_CACHE: _ours, ...env } = process.env;
  const start = run('sh', ['-c', 'umask 000; exec "$0" "$1"', process.execPath, join(root, MAIN)], { env });
  // Nothing else of LeadMaster is there.
  await expect(start).rejects.toThrow('ERR_MODULE_NOT_FOUND');
  for (const folder of ['node_modules', 'node_modules/.cache', 'node_modules/.cache/leadmaster']) {
    expect([folder, statSync(join(root, folder)).mode & 0o022]).toEqual([folder, 0]);
  }
});

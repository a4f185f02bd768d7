import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from './helpers.ts';

const LIMIT_MIB = 250;
const GIB = 1024 ** 3;

test('a snapshot of more than a gigabyte is saved and verified in less than 250 MB', async (context) => {
  if (process.platform !== 'linux') context.skip('peak memory is read from /proc');
  const script = join(import.meta.dirname, 'fixtures', 'large-save.ts');
  const folder = await temporaryFolder();
  // Mostly a file with holes, so that the test does not write a gigabyte; the noise fills several packs.
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, '1024', '64', 'verify']);
  const { ok, bytes, peakMiB } = JSON.parse(stdout) as { ok: boolean; bytes: number; peakMiB: number };
  expect(ok).toBe(true);
  expect(bytes).toBeGreaterThan(GIB);
  expect(peakMiB).toBeLessThan(LIMIT_MIB);
}, 60_000);

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const BENCH = fileURLToPath(new URL('../hub.ts', import.meta.url));
const run = promisify(execFile);

test('the smallest run measures every figure of the hub and leaves a result', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = join(folder, 'hub.json');
  const size = ['--reads', '10', '--sessions', '40', '--followers', '2', '--seconds', '1', '--settle', '0.2'];
  const { stdout } = await run(process.execPath, [BENCH, ...size, '--output', output]);
  expect(stdout).toContain('what the hub adds at the median');
  const { figures } = JSON.parse(await readFile(output, 'utf8')) as {
    figures: { value: number; goal: number | null }[];
  };
  expect(figures.filter(({ goal }) => goal !== null)).toHaveLength(4);
  expect(figures.every(({ value }) => Number.isFinite(value))).toBe(true);
});

test('more followers than there are tenants are refused, and nothing is measured', async () => {
  await expect(run(process.execPath, [BENCH, '--sessions', '10', '--followers', '2'])).rejects.toMatchObject({
    code: 2,
  });
});

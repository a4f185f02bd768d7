import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { shareOfACore } from '../storage/measuring.ts';

const BENCH = fileURLToPath(new URL('../storage.ts', import.meta.url));
const run = promisify(execFile);

test('the smallest run measures and leaves a result', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = join(folder, 'storage.json');
  const args = [BENCH, '--profiles', '2', '--files', '700', '--rounds', '2', '--json', output];
  const { stdout } = await run(process.execPath, args);
  expect(stdout).toContain('of one core');
  const result = JSON.parse(await readFile(output, 'utf8'));
  expect(result).toMatchObject({ profiles: 2, files: 700, reached: true });
  expect(result.samples).toHaveLength(2);
});

test('the share is that of the median round in its interval', () => {
  const of = (...cpuMs: number[]) => cpuMs.map((ms) => ({ cpuMs: ms }));
  expect(shareOfACore(of(9_000, 60_000, 3_000), 15)).toBe(0.01);
});

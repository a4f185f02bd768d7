import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from '../lifecycle/report.ts';
import type { Round } from '../lifecycle/round.ts';

const BENCH = fileURLToPath(new URL('../lifecycle.ts', import.meta.url));
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Result {
  comparisons: { page: string; failures: string[]; lines: { key: string; ratio: number | null }[] }[];
  results: { rounds: Round[] }[];
}

test('the smallest run measures both sides and leaves a result', { timeout: 200_000 }, async () => {
  const output = join(folder, 'lifecycle.json');
  const { stdout } = await run(process.execPath, [BENCH, '--quick', '--output', output], { timeout: 180_000 });
  expect(stdout).toContain('saved login to READY');
  const result = JSON.parse(await readFile(output, 'utf8')) as Result;
  expect(result.comparisons.map(({ page, failures }) => ({ page, failures }))).toEqual([
    { page: 'small', failures: [] },
  ]);
  expect(result.comparisons[0]?.lines.filter(({ ratio }) => ratio === null)).toEqual([]);
});

test('a wrong command line is said and measures nothing', async () => {
  await expect(run(process.execPath, [BENCH, '--runs', '0'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--runs is a whole number') as string,
  });
});

test('medians, ratios and goals follow from the samples; a start that failed is no sample', () => {
  const round = (side: Round['side'], fleetMs?: number): Round => ({
    side,
    sample: fleetMs === undefined ? {} : { fleetMs },
    failures: fleetMs === undefined ? ['never READY'] : [],
  });
  const rounds = [
    round('LeadMaster', 3000),
    round('LeadMaster', 1000),
    round('LeadMaster', 2000),
    round('bare', 8000),
    round('bare', 10_000),
    round('bare'),
  ];
  const line = compare(rounds, 4, 8, true).find(({ key }) => key === 'fleetMs');
  expect(line).toMatchObject({
    leadmaster: { median: 2000, min: 1000, max: 3000, samples: 3 },
    bare: { median: 9000, min: 8000, max: 10_000, samples: 2 },
    goal: 0.25,
    reached: true,
  });
  expect(line?.ratio).toBeCloseTo(2 / 9);
  expect(compare(rounds, 4, 8, false).find(({ key }) => key === 'fleetMs')?.reached).toBeNull();
});

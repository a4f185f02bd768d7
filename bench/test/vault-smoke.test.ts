import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CopySample, STEPS } from '../vault/copies.ts';
import { daysGoals, type Goal, type Line, lines, timeGoals } from '../vault/report.ts';

const BENCH = fileURLToPath(new URL('../vault.ts', import.meta.url));
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Result {
  medians: Line[];
  goals: Goal[];
}

test('the smallest run measures every contestant, brings all back, and leaves a result', {
  timeout: 240_000,
}, async (context) => {
  const missing = await run('restic', ['version']).then(
    () => false,
    () => true,
  );
  if (missing) context.skip('no restic');
  const output = join(folder, 'vault.json');
  const args = [BENCH, '--quick', '--only', 'copies', '--folder', folder, '--json', output];
  const { stdout } = await run(process.execPath, args, { timeout: 230_000 });
  expect(stdout).toContain('the session running');
  const { medians, goals } = JSON.parse(await readFile(output, 'utf8')) as Result;
  for (const step of STEPS) expect(medians.filter((line) => line.step === step)).toHaveLength(7);
  expect(goals).toHaveLength(6);
});

test('a wrong command line is said and measures nothing', async () => {
  await expect(run(process.execPath, [BENCH, '--only', 'speed'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--only may be copies, memory, days') as string,
  });
});

test('goals are ratios of medians, and tell whether they were reached', () => {
  const sample = (contestant: string, ms: number): CopySample => {
    const rest = { step: 'first' as const, set: 'essential' as const, cpuMs: ms, peakBytes: 1, storedBytes: 1 };
    return { ...rest, contestant, ms };
  };
  const goals = timeGoals(
    lines([
      sample('LeadMaster essential, in process', 1000),
      sample('LeadMaster essential, in process', 800),
      sample('LeadMaster essential, in process', 9000),
      sample('tar -czf, everything', 25_000),
      sample('tar -czf, selective', 3000),
    ]),
  );
  expect(goals.map(({ value, reached }) => ({ value, reached }))).toEqual([
    { value: 0.04, reached: true },
    { value: 1 / 3, reached: false },
  ]);
});

test('the days are judged by every archive that the nights would have left', () => {
  const day = { day: 1, snapshotBytes: 1, vaultAddedBytes: 1, vaultSnapshots: 1, resticSnapshots: 1, resticBytes: 1 };
  const days = [{ ...day, vaultBytes: 90, selectiveTarBytes: 1000, wholeTarBytes: null }];
  const [goal] = daysGoals({ days, allSelectiveTars: 1000, keptSelectiveTars: 1000, restored: true });
  expect(goal).toMatchObject({ value: 0.09, reached: true });
});

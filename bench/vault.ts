import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killAll } from './lifecycle/child.ts';
import { type CopiesResult, copyRound } from './vault/copies.ts';
import { type DaysResult, simulateDays } from './vault/days.ts';
import { machineFacts } from './vault/machine.ts';
import { type MemorySample, measureMemory } from './vault/memory.ts';
import { readOptions, USAGE, type VaultBenchOptions } from './vault/options.ts';
import { compressibility, makeProfile, sizesOf } from './vault/profile.ts';
import {
  copiesTable,
  daysGoals,
  daysTable,
  goalsTable,
  lines,
  memoryGoals,
  memoryTable,
  timeGoals,
} from './vault/report.ts';

/**
 * `npm run bench -- vault`: snapshots against tar, cp, RemoteAuth and restic, on a profile that a real browser made.
 * See README.md beside this.
 */
const OUTPUT = fileURLToPath(new URL('results/vault.json', import.meta.url));
const say = (text: string): void => console.log(text);

interface Results {
  /** What share of the profile's bytes a fast compressor leaves. */
  compressibility: number | null;
  copies: CopiesResult | null;
  memory: MemorySample[] | null;
  days: DaysResult | null;
}

function parse(): VaultBenchOptions {
  try {
    return readOptions(process.argv.slice(2), OUTPUT);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function measure(options: VaultBenchOptions, folder: string, signal: AbortSignal): Promise<Results> {
  const results: Results = { compressibility: null, copies: null, memory: null, days: null };
  const wants = (part: VaultBenchOptions['parts'][number]): boolean => options.parts.includes(part);
  const living = join(folder, 'living');
  const ringFolder = join(folder, 'ring');
  if (wants('copies') || wants('days')) {
    const profile = await makeProfile(living, options.profileBytes, options.made, signal);
    results.compressibility = await compressibility(profile);
    say(`the profile is made; compressed, its files would keep ${(results.compressibility * 100).toFixed(1)}%`);
    const ring = { profile, folder: ringFolder, signal };
    if (wants('copies')) {
      results.copies = { samples: [], running: [] };
      for (let run = 0; run < options.runs; run += 1) {
        say(`round ${run + 1} of ${options.runs}`);
        const { kinds, profileBytes } = options;
        const round = await copyRound({ living, ring, profileBytes: sizesOf(profileBytes), kinds, say }, run);
        results.copies.samples.push(...round.samples);
        results.copies.running.push(...round.running);
      }
    }
    if (wants('days')) results.days = await simulateDays(living, ring, options.days, say);
    await rm(living, { recursive: true, force: true });
  }
  if (wants('memory')) results.memory = await measureMemory(join(folder, 'memory'), options.memoryBytes, signal, say);
  return results;
}

function tell(results: Results): object {
  const { copies, memory, days } = results;
  const medians = copies === null ? [] : lines(copies.samples);
  const goals = [
    ...timeGoals(medians),
    ...(days === null ? [] : daysGoals(days)),
    ...(memory === null ? [] : memoryGoals(memory)),
  ];
  if (copies !== null) say(`\n${copiesTable(medians, copies)}`);
  if (days !== null) say(`\n${daysTable(days)}`);
  if (memory !== null) say(`\n${memoryTable(memory)}`);
  say(`\n${goalsTable(goals)}`);
  return { medians, goals, ...results };
}

const options = parse();
if (process.platform !== 'linux') {
  console.error('Memory and processor time are read from /proc, so this benchmark runs on Linux only.');
  process.exit(2);
}
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    // Every wait for a process learns that it ended, and the work unwinds and tidies up.
    interrupt.abort(new Error(`interrupted by ${name}`));
    void killAll();
  });
}
const startedAt = new Date();
const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'leadmaster-bench-'));
try {
  const results = await measure(options, folder, interrupt.signal);
  const told = tell(results);
  const endedAt = new Date();
  say(`\n${Math.round((endedAt.getTime() - startedAt.getTime()) / 60_000)} minutes`);
  const document = { benchmark: 'vault', startedAt, endedAt, machine: await machineFacts(folder), options, ...told };
  mkdirSync(dirname(options.output), { recursive: true });
  writeFileSync(options.output, `${JSON.stringify(document, null, 2)}\n`);
  say(options.output);
} catch (error) {
  if (!interrupt.signal.aborted) throw error;
  console.error(interrupt.signal.reason.message);
  process.exitCode = 130;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

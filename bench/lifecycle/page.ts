import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandin } from '@leadmaster/whatsapp-standin';
import { bareSide } from './bare-side.ts';
import { leadmasterSide } from './leadmaster-side.ts';
import type { BenchOptions, PageSize } from './options.ts';
import { measureRound, type Round } from './round.ts';
import type { Side } from './side.ts';

/** All that was measured on one page. */
export interface PageResult {
  page: PageSize;
  sides: Record<Side['name'], Record<string, string>>;
  rounds: Round[];
}

/** Links the sessions of both sides, then measures them in turn. Leaves no process and no file behind. */
export async function measurePage(
  page: PageSize,
  options: BenchOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<PageResult> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-'));
  const { name: _name, ...size } = page;
  const world = await startStandin({ page: size });
  try {
    const leadmaster = leadmasterSide(join(folder, 'leadmaster'), world, options.readyMs);
    const bare = bareSide(join(folder, 'bare'), world, options.readyMs);
    const sessions = Array.from({ length: options.fleet }, (_, i) => `s${i + 1}`);
    for (const [index, side] of [leadmaster, bare].entries()) {
      signal.throwIfAborted();
      say(`${page.name}: linking ${sessions.length} of ${side.name}`);
      await side.link(
        world,
        sessions.map((session, i) => ({ session, number: `5491155${index}000${String(i).padStart(2, '0')}` })),
      );
    }
    const rounds: Round[] = [];
    for (let index = -options.warmUps; index < options.runs; index += 1) {
      // The order alternates, so that drift affects both alike.
      for (const side of index % 2 === 0 ? [leadmaster, bare] : [bare, leadmaster]) {
        const round = await measureRound(side, sessions, options, signal);
        say(`${page.name}: ${index < 0 ? 'warm-up' : `round ${index + 1} of ${options.runs}`}, ${brief(round)}`);
        if (index >= 0) rounds.push(round);
      }
    }
    return { page, sides: { LeadMaster: await leadmaster.facts(), bare: await bare.facts() }, rounds };
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function brief({ side, sample, failures }: Round): string {
  const figure = (value: number | undefined, scale: number, unit: string): string =>
    value === undefined ? '-' : `${(value * scale).toFixed(unit === 'MB' ? 0 : 2)} ${unit}`;
  const told = [
    figure(sample.pss1, 1e-6, 'MB'),
    figure(sample.pssSeveral, 1e-6, 'MB'),
    `warm ${figure(sample.warmMs, 1e-3, 's')}`,
    `cold ${figure(sample.coldMs, 1e-3, 's')}`,
    `all ${figure(sample.fleetMs, 1e-3, 's')}`,
    `cpu ${figure(sample.warmCpuS, 1, 's')} / ${figure(sample.fleetCpuS, 1, 's')}`,
    sample.strangers ? `${sample.strangers} foreign browser processes` : '',
    ...failures.map((failure) => `FAILED ${failure}`),
  ];
  return `${side}: ${told.filter((text) => text !== '').join(', ')}`;
}

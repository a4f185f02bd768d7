import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './options.ts';
import { cpuSeconds, executable, strangers, treeCost, treePids } from './processes.ts';
import type { Running, Side } from './side.ts';

/** Everything that is measured of one side in one round. Milliseconds, bytes, seconds of processor time. */
export interface Sample {
  /** Browsers of one session, READY and settled. */
  pss1: number;
  /** Browsers of several sessions. */
  pssSeveral: number;
  /** The Node process beside them. */
  nodePss1: number;
  nodePssSeveral: number;
  /** Saved login to READY, asked of a service that runs. */
  warmMs: number;
  warmCpuS: number;
  /** Saved login to READY, from the start of the service's process. */
  coldMs: number;
  coldCpuS: number;
  /** A whole fleet READY again, from the start of the service's process. */
  fleetMs: number;
  fleetCpuS: number;
  /** Browsers that were not of ours while memory was measured: they make it look smaller. */
  strangers: number;
}

export interface Round {
  side: Side['name'];
  /** What could be measured. */
  sample: Partial<Sample>;
  /** Why the rest could not. */
  failures: string[];
}

/** Measures one side once, all of it. A start that fails is a result and does not end the benchmark. */
export async function measureRound(
  side: Side,
  sessions: readonly string[],
  options: BenchOptions,
  signal: AbortSignal,
): Promise<Round> {
  const round: Round = { side: side.name, sample: {}, failures: [] };
  await stage(round, signal, () => fleetBack(side, sessions, round.sample));
  await stage(round, signal, () => oneAndSeveral(side, sessions, options, round.sample));
  return round;
}

async function stage(round: Round, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  try {
    await run();
  } catch (error) {
    signal.throwIfAborted();
    round.failures.push(error instanceof Error ? error.message : String(error));
  }
}

/** The service ended with all sessions running. It starts again: when is the last one READY? */
async function fleetBack(side: Side, sessions: readonly string[], sample: Partial<Sample>): Promise<void> {
  await using(await side.open(sessions), async (running) => {
    try {
      sample.fleetMs = (await running.back) - running.spawnedAt;
      sample.fleetCpuS = cpuSeconds(running.pid);
    } finally {
      // Only the first one is to come back at the next start.
      await running.stop(sessions.slice(1));
    }
  });
}

async function oneAndSeveral(
  side: Side,
  sessions: readonly string[],
  options: BenchOptions,
  sample: Partial<Sample>,
): Promise<void> {
  const first = sessions.slice(0, 1);
  await using(await side.open(first), async (running) => {
    sample.coldMs = (await running.back) - running.spawnedAt;
    sample.coldCpuS = cpuSeconds(running.pid);
    await sleep(options.settleMs);
    const alone = treeCost(running.pid);
    sample.pss1 = alone.browsers.pssBytes;
    sample.nodePss1 = alone.node.pssBytes;

    await running.stop(first);
    const before = cpuSeconds(running.pid);
    const { asked, ready } = await running.start(first);
    sample.warmMs = ready - asked;
    sample.warmCpuS = cpuSeconds(running.pid) - before;

    await startMore(running, sessions.slice(1, options.several));
    await sleep(options.settleMs);
    const together = treeCost(running.pid);
    sample.pssSeveral = together.browsers.pssBytes;
    sample.nodePssSeveral = together.node.pssBytes;
    sample.strangers = strangers(browserOf(running.pid), [running.pid]);
    // The next round begins with the return of them all.
    await startMore(running, sessions.slice(options.several));
  });
}

async function startMore(running: Running, sessions: readonly string[]): Promise<void> {
  if (sessions.length > 0) await running.start(sessions);
}

function browserOf(root: number): string {
  const [, first] = treePids(root);
  return first === undefined ? '' : executable(first);
}

async function using(running: Running, work: (running: Running) => Promise<void>): Promise<void> {
  try {
    await work(running);
  } finally {
    await running.close();
  }
}

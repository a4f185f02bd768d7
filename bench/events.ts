import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Followers } from './events/followers.ts';
import type { Order, Usage } from './events/served-log.ts';
import { thisVersion, versionOf } from './messages/version-before.ts';

/**
 * `npm run bench -- events`: what many followers of the event log cost, in an earlier version and this one, in one run.
 * See README.md beside this.
 */
const SERVED_LOG = join(import.meta.dirname, 'events/served-log.ts');
const OUTPUT = join(import.meta.dirname, 'results/events.json');
const KEY = 'bench-key-of-the-events';
/** The last version that read and serialised each event for each follower. */
const BEFORE = '674c26c';
const DEADLINE_MS = 300_000;

const USAGE = `events [--before COMMIT|none] [--followers N] [--events N] [--rounds N] [--output FILE]
  --before COMMIT  the version to compare with (${BEFORE}); "none" measures this one alone
  --followers N    open streams (400)
  --events N       events that all of them get (1000)
  --rounds N       rounds of each side (3)`;

const { values } = parseArgs({
  options: {
    before: { type: 'string', default: BEFORE },
    followers: { type: 'string', default: '400' },
    events: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    output: { type: 'string', default: OUTPUT },
  },
});
const [followers, events, rounds] = [values.followers, values.events, values.rounds].map(Number);
if (!followers || !events || !rounds) {
  console.error(USAGE);
  process.exit(2);
}

/** `live`: they follow while events come. `resume`: all come back to the oldest cursor. `deaf`: a tenth never reads, large events. */
type Case = 'live' | 'resume' | 'deaf';
const CASES: readonly Case[] = ['live', 'resume', 'deaf'];
const EVENT_BYTES: Readonly<Record<Case, number>> = { live: 300, resume: 300, deaf: 10_000 };

interface Result {
  version: string;
  case: Case;
  /** Of the service alone, from the first event to the last follower's last. */
  processorMs: number;
  ms: number;
  /** Of the service, above what it held before its first follower. */
  peakMoreBytes: number;
  faults: number;
}

async function ask<T>(child: ChildProcess, order: Order): Promise<T> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) });
  child.send(order);
  return (await answer)[0] as T;
}

async function measure(version: string, root: string, of: Case): Promise<Result> {
  const child = fork(SERVED_LOG, [root, KEY]);
  const ended = once(child, 'exit');
  try {
    const [port] = (await once(child, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })) as [number];
    const append: Order = { kind: 'append', count: Number(events), bytes: EVENT_BYTES[of] };
    if (of === 'resume') await ask(child, append);
    const rest = await ask<Usage>(child, { kind: 'usage' });
    const all = await Followers.open(
      port,
      KEY,
      Number(followers),
      of === 'deaf' ? Math.ceil(Number(followers) / 10) : 0,
    );
    const begun = of === 'resume' ? rest : await ask<Usage>(child, { kind: 'usage' });
    const start = performance.now();
    if (of !== 'resume') await ask(child, append);
    while (!all.haveGot(Number(events))) {
      if (performance.now() - start > DEADLINE_MS)
        throw new Error(`${version}, ${of}: not every follower got all events`);
      await sleep(20);
    }
    const ms = performance.now() - start;
    const { processorMs, peakBytes } = await ask<Usage>(child, { kind: 'usage' });
    all.close();
    return {
      ...{ version, case: of, ms, faults: all.faults },
      processorMs: processorMs - begun.processorMs,
      peakMoreBytes: peakBytes - rest.rssBytes,
    };
  } finally {
    if (child.connected) child.send({ kind: 'end' } satisfies Order);
    await ended;
  }
}

function line({ version, case: of, processorMs, ms, peakMoreBytes, faults }: Result): string {
  const memory = (peakMoreBytes / 2 ** 20).toFixed(0);
  return `${version.padEnd(6)} ${of.padEnd(6)} ${processorMs.toFixed(0)} ms processor, ${ms.toFixed(0)} ms, ${memory} MB more at the peak, ${faults} gaps or doubles`;
}

const results: Result[] = [];
const now = thisVersion();
const before = values.before === 'none' ? null : await versionOf(values.before);
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const of of CASES) {
      for (const [version, checkout] of [['before', before] as const, ['now', now] as const]) {
        if (checkout === null) continue;
        const result = await measure(version, checkout.root, of);
        results.push(result);
        console.log(line(result));
      }
    }
  }
} finally {
  await before?.[Symbol.asyncDispose]();
}
mkdirSync(dirname(values.output), { recursive: true });
writeFileSync(values.output, `${JSON.stringify({ benchmark: 'events', at: new Date(), values, results }, null, 2)}\n`);
console.log(values.output);

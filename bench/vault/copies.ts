import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@leadmaster/protocol';
import type { Contestant, Ring } from './contestant.ts';
import { type FileSet, holdsAll } from './file-sets.ts';
import { byCommand, inProcess } from './leadmaster.ts';
import { LivingSession } from './living-session.ts';
import { run, type Usage } from './measure.ts';
import { plainCopy, tar } from './plain-copies.ts';
import { remoteAuth } from './remote-auth.ts';
import { restic } from './restic.ts';

/** What is done to a profile in one round, in this order. */
export const STEPS = ['first', 'unchanged', 'changed', 'restore'] as const;
export type Step = (typeof STEPS)[number];

/** One measured call of one contestant. */
export interface CopySample extends Usage {
  step: Step;
  contestant: string;
  set: FileSet;
  /** What the contestant keeps afterwards. */
  storedBytes: number;
}

/** A snapshot of a session that runs, as the API told of it. */
export interface RunningSample extends Pick<Snapshot, 'kind' | 'bytes' | 'newBytes' | 'pauseMs' | 'durationMs'> {
  step: Exclude<Step, 'restore'>;
  /** From the request to the answer. */
  ms: number;
}

export interface CopiesResult {
  samples: CopySample[];
  running: RunningSample[];
}

/** By how much a profile grows between two snapshots that are told apart as `changed`. */
const CHANGED = 0.01;

interface Round {
  /** The folder of the living session. */
  living: string;
  ring: Ring;
  profileBytes: { history: number; media: number };
  kinds: readonly ('essential' | 'full')[];
  say: (text: string) => void;
}

/** One round: every contestant saves the profile in full, unchanged, and after a change, and restores it. */
export async function copyRound(round: Round, number: number): Promise<CopiesResult> {
  const { ring } = round;
  await mkdir(ring.folder, { recursive: true });
  const contestants = turned(all(round), number);
  const result: CopiesResult = { samples: [], running: [] };
  for (const contestant of contestants) await contestant.prepare();
  for (const step of STEPS) {
    if (step === 'changed') result.running.push(...(await change(round)));
    for (const contestant of contestants) {
      await settle(ring);
      const usage = step === 'restore' ? await restored(round, contestant) : await contestant.save();
      const { name, set } = contestant;
      const storedBytes = await contestant.stored();
      result.samples.push({ ...usage, step, contestant: name, set, storedBytes });
      round.say(`${step}: ${name}: ${Math.round(usage.ms)} ms, ${Math.round(usage.cpuMs)} ms of processor time`);
    }
  }
  await rm(ring.folder, { recursive: true, force: true });
  return result;
}

function all({ ring, living, kinds }: Round): Contestant[] {
  return [
    tar(ring, 'whole'),
    tar(ring, 'selective'),
    plainCopy(ring),
    remoteAuth(ring),
    ...kinds.flatMap((kind) => [restic(ring, kind), inProcess(ring, kind), byCommand(ring, kind, living)]),
  ];
}

async function restored({ ring }: Round, contestant: Contestant): Promise<Usage> {
  const target = join(ring.folder, 'restored');
  try {
    const usage = await contestant.restore(target);
    const whole = await holdsAll(ring.profile, target, contestant.set);
    if (!whole) throw new Error(`${contestant.name} did not bring back what was there.`);
    return usage;
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

/** The session runs, is saved meanwhile, and grows. It is stopped again at the end. */
async function change({ living, ring, profileBytes, kinds }: Round): Promise<RunningSample[]> {
  const vaults = kinds.map((kind) => ({ kind, vault: join(ring.folder, `vault-running-${kind}-${Date.now()}`) }));
  const samples: RunningSample[] = [];
  for (const { kind, vault } of vaults) {
    await using session = await LivingSession.open(living, vault, ring.signal);
    await session.start();
    samples.push(await running(session, kind, 'first'), await running(session, kind, 'unchanged'));
    const part = CHANGED / vaults.length;
    await session.grow({ history: profileBytes.history * part, media: profileBytes.media * part }, ring.signal);
    samples.push(await running(session, kind, 'changed'));
    await session.stop();
  }
  return samples;
}

async function running(
  session: LivingSession,
  kind: Snapshot['kind'],
  step: RunningSample['step'],
): Promise<RunningSample> {
  const began = performance.now();
  const { bytes, newBytes, pauseMs, durationMs } = await session.snapshot(kind);
  return { step, kind, ms: performance.now() - began, bytes, newBytes, pauseMs, durationMs };
}

/** Flushes what the previous contestant left unwritten (most do not flush), so that it does not slow the next. */
async function settle({ folder, signal }: Ring): Promise<void> {
  await run('sync', [], { cwd: folder, signal });
}

/** The order alternates, so that drift affects all alike. */
function turned<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Ring } from './contestant.ts';
import { holdsAll } from './file-sets.ts';
import { inProcess } from './leadmaster.ts';
import { LivingSession } from './living-session.ts';
import { tar } from './plain-copies.ts';
import { restic } from './restic.ts';

/** What was stored for one simulated night. */
export interface DaySample {
  day: number;
  /** What the session's databases and records come to. */
  snapshotBytes: number;
  /** What our snapshot added. */
  vaultAddedBytes: number;
  vaultSnapshots: number;
  vaultBytes: number;
  resticSnapshots: number;
  resticBytes: number;
  selectiveTarBytes: number;
  /** Taken on the first and the last day alone. */
  wholeTarBytes: number | null;
}

export interface DaysResult {
  days: DaySample[];
  /** Every night's selective archive, none deleted. */
  allSelectiveTars: number;
  /** Those of the nights that our retention has kept. */
  keptSelectiveTars: number;
  /** Whether both newest snapshots came back byte by byte. */
  restored: boolean;
}

const DAY_MS = 24 * 3600 * 1000;
/** At two at night, as the service does by itself. */
const FIRST_NIGHT = Date.parse('2026-03-01T02:00:00Z');
const INCOMING = 500;
const OUTGOING = 100;
const MEDIA = 5_000_000;

/** Days of an ordinary account, each of them with a restart and a snapshot at night; a month of them takes minutes. */
export async function simulateDays(
  living: string,
  ring: Ring,
  days: number,
  say: (text: string) => void,
): Promise<DaysResult> {
  await mkdir(ring.folder, { recursive: true });
  const contestants = {
    vault: inProcess(ring, 'essential'),
    restic: restic(ring, 'essential'),
    selective: tar(ring, 'selective'),
    whole: tar(ring, 'whole'),
  };
  for (const contestant of Object.values(contestants)) await contestant.prepare();
  const samples: DaySample[] = [];
  const nights = new Map<string, number>();
  let kept: string[] = [];
  for (let day = 1; day <= days; day++) {
    await liveOneDay(living, ring);
    const at = new Date(FIRST_NIGHT + day * DAY_MS);
    const { snapshots } = await contestants.vault.saveAndPrune(at);
    await contestants.restic.saveAndPrune(at);
    await contestants.selective.save();
    const isEdge = day === 1 || day === days;
    if (isEdge) await contestants.whole.save();
    const newest = snapshots.at(-1);
    const sample: DaySample = {
      day,
      snapshotBytes: newest?.bytes ?? 0,
      vaultAddedBytes: newest?.storedBytes ?? 0,
      vaultSnapshots: snapshots.length,
      vaultBytes: await contestants.vault.stored(),
      resticSnapshots: await contestants.restic.count(),
      resticBytes: await contestants.restic.stored(),
      selectiveTarBytes: await contestants.selective.stored(),
      wholeTarBytes: isEdge ? await contestants.whole.stored() : null,
    };
    samples.push(sample);
    nights.set(newest?.at ?? '', sample.selectiveTarBytes);
    kept = snapshots.map((snapshot) => snapshot.at);
    say(
      `day ${day} of ${days}: added ${mb(sample.vaultAddedBytes)}, vault ${mb(sample.vaultBytes)}, restic ${mb(sample.resticBytes)}, tar ${mb(sample.selectiveTarBytes)}`,
    );
  }
  const sum = (values: Iterable<number>): number => [...values].reduce((all, one) => all + one, 0);
  const restored = await comesBack(ring, [contestants.vault, contestants.restic]);
  await rm(ring.folder, { recursive: true, force: true });
  return {
    days: samples,
    allSelectiveTars: sum(nights.values()),
    keptSelectiveTars: sum(kept.map((at) => nights.get(at) ?? 0)),
    restored,
  };
}

/** The service starts and brings the session back, people talk, media come in, and the service ends. */
async function liveOneDay(living: string, { signal, folder }: Ring): Promise<void> {
  await using session = await LivingSession.open(living, join(folder, 'vault-unused'), signal);
  await session.start();
  await session.talk(INCOMING, OUTGOING);
  await session.grow({ history: 0, media: MEDIA }, signal);
}

async function comesBack(ring: Ring, contestants: readonly Contestant[]): Promise<boolean> {
  let whole = true;
  for (const contestant of contestants) {
    const target = join(ring.folder, 'restored');
    await contestant.restore(target);
    whole &&= await holdsAll(ring.profile, target, contestant.set);
    await rm(target, { recursive: true, force: true });
  }
  return whole;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

import type { UsageSample } from '@leadmaster/protocol';
import type { RunUsage } from '../engine/engine.ts';

/** A sample a minute for a day. */
export const USAGE_EVERY_S = 60;
const KEPT = 1_440;

/** Fields of a sample: epoch seconds, kilobytes (0 = not known), milliseconds. */
const FIELDS = 3;

/** The samples of one session, the oldest overwritten by the newest: 17 kB, however long it runs. */
interface Ring {
  values: Uint32Array;
  next: number;
  count: number;
  /** The run of the last sample, and what it had used by then. */
  run: object | null;
  usedMs: number;
}

/** Memory and processor time of the sessions' browsers over the last day of this service, in memory alone. */
export class UsageHistory {
  readonly #rings = new Map<string, Ring>();

  /** Adds a sample of a run: what it has used is counted from the sample before, or from its start. */
  note(session: string, run: object, { memoryBytes, processorMs }: RunUsage, at = new Date()): void {
    const ring = this.#rings.get(session) ?? emptyRing();
    this.#rings.set(session, ring);
    const total = processorMs ?? 0;
    const before = ring.run === run ? ring.usedMs : 0;
    const values = [at.getTime() / 1000, (memoryBytes ?? 0) / 1024, Math.max(0, total - before)];
    ring.values.set(values.map(Math.round), ring.next * FIELDS);
    ring.next = (ring.next + 1) % KEPT;
    ring.count = Math.min(ring.count + 1, KEPT);
    ring.run = run;
    ring.usedMs = total;
  }

  /** Samples since a moment, oldest first. */
  since(session: string, since: Date): UsageSample[] {
    const ring = this.#rings.get(session);
    if (ring === undefined) return [];
    const samples: UsageSample[] = [];
    for (let n = 0; n < ring.count; n += 1) {
      const sample = sampleAt(ring, (ring.next - ring.count + n + KEPT) % KEPT);
      if (Date.parse(sample.at) >= since.getTime()) samples.push(sample);
    }
    return samples;
  }

  forget(session: string): void {
    this.#rings.delete(session);
  }
}

function emptyRing(): Ring {
  return { values: new Uint32Array(KEPT * FIELDS), next: 0, count: 0, run: null, usedMs: 0 };
}

function sampleAt({ values }: Ring, index: number): UsageSample {
  const [seconds = 0, kilobytes = 0, processorMs = 0] = values.subarray(index * FIELDS, (index + 1) * FIELDS);
  const memoryBytes = kilobytes === 0 ? null : kilobytes * 1024;
  return { at: new Date(seconds * 1000).toISOString(), memoryBytes, processorMs };
}

import { readFileSync } from 'node:fs';
import type { Plan } from './plan.ts';

/** A moment to die at: before or after the first or the last step of a kind, or so many milliseconds after the order. */
export type Point = Pick<Plan, 'count' | 'when'> & { label: string };

/** The kinds of steps that an operation took, in the order of their first, with how many there were. */
export function stepsIn(log: string): Map<string, number> {
  const steps = new Map<string, number>();
  for (const label of readFileSync(log, 'utf8').split('\n')) {
    if (label !== '') steps.set(label, (steps.get(label) ?? 0) + 1);
  }
  return steps;
}

/** Every moment worth dying at: around the first and the last step of each kind. */
export function pointsOf(steps: ReadonlyMap<string, number>): Point[] {
  return [...steps].flatMap(([label, last]) =>
    [...new Set([1, last])].flatMap((count) => [
      { label, count, when: 'before' as const },
      { label, count, when: 'after' as const },
    ]),
  );
}

/** Every state of the disk that a death can leave: before each step, and after the last of each kind. */
export function everyPointOf(steps: ReadonlyMap<string, number>): Point[] {
  return [...steps].flatMap(([label, last]) => [
    ...Array.from({ length: last }, (_, i) => ({ label, count: i + 1, when: 'before' as const })),
    { label, count: last, when: 'after' as const },
  ]);
}

/** Some of them, in random order and all different. */
export function pickSome<T>(from: readonly T[], many: number, random: () => number): T[] {
  const left = [...from];
  const picked: T[] = [];
  while (picked.length < many && left.length > 0) {
    picked.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return picked;
}

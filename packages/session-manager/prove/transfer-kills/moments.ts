import { type Point, pointsOf } from '../vault-kills/points.ts';
import { type Place, STEPS, type Step } from './line.ts';

export const VICTIMS = ['source', 'target', 'line'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Something that goes wrong in a transfer: at a step on the line, or at a step that a manager takes by itself. */
export type Moment = { victim: Victim; at: Place } | { victim: Exclude<Victim, 'line'>; at: Point };

/** Every moment on the line: the first and the last of each step, for each victim. */
export function momentsOnLine(counts: ReadonlyMap<Step, number>): Moment[] {
  return STEPS.flatMap((step) =>
    [...new Set([1, counts.get(step) ?? 1])].flatMap((count) =>
      (['before', 'during', 'after'] as const).flatMap((when) =>
        VICTIMS.map((victim) => ({ victim, at: { step, count, when } })),
      ),
    ),
  );
}

/** Every moment around the steps that a manager takes: files, rows, signals. */
export function momentsWithin(victim: Exclude<Victim, 'line'>, steps: ReadonlyMap<string, number>): Moment[] {
  return pointsOf(steps).map((at) => ({ victim, at }));
}

/** How it reads in a report. */
export function nameMoment({ victim, at }: Moment): string {
  const what = 'step' in at ? `${at.step} ${at.count}` : `step ${at.count} of "${at.label}"`;
  return `${victim} ${at.when} ${what}`;
}

import { Cron } from 'croner';

/** When a schedule (cron) comes round for the second time after a moment; null where it never does. */
export function secondRound(schedule: string, after: Date): Date | null {
  const cron = new Cron(schedule, { paused: true });
  try {
    const first = cron.nextRun(after);
    return first === null ? null : cron.nextRun(first);
  } finally {
    cron.stop();
  }
}

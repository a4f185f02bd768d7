import { Gauge, type Registry } from 'prom-client';
import type { StorageSample } from '../state/rows.ts';

/** What the disk monitor knows. Null: not looked at yet. */
export interface DiskFigures {
  freeBytes: number | null;
  trashBytes: number | null;
  sessions: { session: string; last: StorageSample; growth: number | null }[];
}

/** The size of sessions and the free room, for Prometheus. Read from the last figures: a scrape walks no disk. */
export function measureDisk(registry: Registry, figures: () => DiskFigures): void {
  const registers = [registry];
  new Gauge({
    name: 'leadmaster_session_storage_bytes',
    help: "Bytes of a session's profile by what they are worth",
    labelNames: ['session', 'class'],
    registers,
    collect() {
      this.reset();
      for (const { session, last } of figures().sessions) {
        const { critical, important, optional, temporary } = last;
        for (const [name, bytes] of Object.entries({ critical, important, optional, temporary })) {
          this.set({ session, class: name }, bytes);
        }
      }
    },
  });
  new Gauge({
    name: 'leadmaster_session_storage_growth_bytes_per_day',
    help: "How fast a session's profile grows, by the last week",
    labelNames: ['session'],
    registers,
    collect() {
      this.reset();
      for (const { session, growth } of figures().sessions) if (growth !== null) this.set({ session }, growth);
    },
  });
  const alone = (name: string, help: string, value: (of: DiskFigures) => number | null): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        // No figure before it is known: 0 bytes free would raise an alarm.
        this.reset();
        this.remove();
        const now = value(figures());
        if (now !== null) this.set(now);
      },
    });
  };
  alone('leadmaster_disk_free_bytes', 'Bytes free on the disk of the profiles', (of) => of.freeBytes);
  alone('leadmaster_trash_bytes', 'Bytes of profiles that were set aside', (of) => of.trashBytes);
}

import type { EventOf } from '@leadmaster/protocol';
import { Counter, Histogram, type Registry } from 'prom-client';
import { sessionGauge } from './session-gauge.ts';
import type { StateStore } from './state/state-store.ts';

/** How a session stands with its snapshots. Times are ISO 8601; null = never. */
export interface SessionSnapshotFigures {
  session: string;
  lastAt: string | null;
  /** When a snapshot of it was last proven good. */
  lastVerifiedAt: string | null;
  /** When the last attempt to take one failed; null when the last attempt succeeded. */
  lastFailedAt: string | null;
}

/** Where the gauges of the snapshots are read from. */
export interface SnapshotFigures {
  perSession(): readonly SessionSnapshotFigures[];
}

/** The results of snapshots, for Prometheus: counted from the events, and read from the figures where there are any. */
export function measureSnapshots(registry: Registry, events: StateStore['events'], figures?: SnapshotFigures): void {
  countEvents(registry, events);
  if (figures !== undefined) readFigures(registry, figures);
}

function countEvents(registry: Registry, events: StateStore['events']): void {
  const registers = [registry];
  const snapshots = new Counter({
    name: 'leadmaster_snapshots_total',
    help: 'Snapshots that were taken, and that could not be',
    labelNames: ['session', 'result'],
    registers,
  });
  const drills = new Counter({
    name: 'leadmaster_drills_total',
    help: 'Snapshots that were booted to prove them, by what was found',
    labelNames: ['result'],
    registers,
  });
  const pause = new Histogram({
    name: 'leadmaster_snapshot_pause_seconds',
    help: 'How long a running browser stood still for a snapshot',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const stored = new Counter({
    name: 'leadmaster_snapshot_stored_bytes_total',
    help: 'Bytes that snapshots have added to the store',
    registers,
  });
  for (const result of ['ok', 'failed']) drills.inc({ result }, 0);

  const taken = ({ session, data }: EventOf<'snapshot.created'>): void => {
    snapshots.inc({ session, result: 'ok' });
    stored.inc(amount(data.storedBytes));
    if (data.method !== 'none') pause.observe(amount(data.pauseMs) / 1000);
  };
  events.subscribe((event) => {
    if (event.type === 'snapshot.created') taken(event);
    if (event.type === 'snapshot.failed') snapshots.inc({ session: event.session, result: 'failed' });
    if (event.type === 'snapshot.verified' && event.data.drill) {
      drills.inc({ result: event.data.ok ? 'ok' : 'failed' });
    }
  });
}

function readFigures(registry: Registry, figures: SnapshotFigures): void {
  const gauge = (name: string, help: string, value: (of: SessionSnapshotFigures) => number | null): void => {
    sessionGauge(registry, { name, help }, () =>
      figures.perSession().map((each) => ({ session: each.session, value: value(each) })),
    );
  };
  gauge('leadmaster_snapshot_last_timestamp_seconds', 'When the last snapshot of a session was taken', ({ lastAt }) =>
    seconds(lastAt),
  );
  gauge(
    'leadmaster_snapshot_last_verified_timestamp_seconds',
    'When a snapshot of a session was last proven good',
    ({ lastVerifiedAt }) => seconds(lastVerifiedAt),
  );
  gauge('leadmaster_snapshot_failing', '1 while the last attempt to take a snapshot failed', ({ lastFailedAt }) =>
    lastFailedAt === null ? 0 : 1,
  );
}

function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}

/** A number that an event tells of; nothing when it does not. */
function amount(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

import { SESSION_STATES } from '@leadmaster/protocol';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type DiskFigures, measureDisk } from './disk/disk-metrics.ts';
import type { SessionSupervisor } from './lifecycle/supervisor.ts';
import { measurePages } from './page-metrics.ts';
import { measureSnapshots, type SnapshotFigures } from './snapshot-metrics.ts';
import type { StateStore } from './state/state-store.ts';

/** What the sessions and their snapshots are doing, for Prometheus. Gauges are read when they are asked for. */
export function createMetrics(
  supervisors: () => readonly SessionSupervisor[],
  events: StateStore['events'],
  snapshots?: SnapshotFigures,
  disk?: () => DiskFigures,
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'leadmaster_session_state',
    help: '1 for the state that a session is in, 0 for the others',
    labelNames: ['session', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, view } of supervisors()) {
        for (const state of SESSION_STATES) this.set({ session: name, state }, state === view.state ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'leadmaster_session_attempts',
    help: 'Starts tried since the session was last READY for a while',
    labelNames: ['session'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, view } of supervisors()) this.set({ session: name }, view.attempts);
    },
  });
  new Gauge({
    name: 'leadmaster_session_browser_pss_bytes',
    help: "Proportional set size of the session's whole browser tree",
    labelNames: ['session', 'browser'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, view } of supervisors()) {
        if (view.runtime?.pssBytes) this.set({ session: name, browser: view.runtime.browser }, view.runtime.pssBytes);
      }
    },
  });
  new Gauge({
    name: 'leadmaster_session_last_probe_timestamp_seconds',
    help: 'When the page of a session last answered',
    labelNames: ['session'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, view } of supervisors()) {
        if (view.health.lastProbeAt) this.set({ session: name }, Date.parse(view.health.lastProbeAt) / 1000);
      }
    },
  });
  const told = new Counter({
    name: 'leadmaster_events_total',
    help: 'Events written to the log',
    labelNames: ['type'],
    registers: [registry],
  });
  events.subscribe((event) => told.inc({ type: event.type }));
  measurePages(registry, supervisors);
  measureSnapshots(registry, events, snapshots);
  if (disk !== undefined) measureDisk(registry, disk);
  return registry;
}

import type { Accounts } from './accounts.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { DriftName, DriftsInForce } from './drifts.ts';
import { driftsInForce } from './drifts.ts';
import type { Faults } from './faults.ts';
import type { ObservedLog } from './observed.ts';
import type { Settings } from './options.ts';

/** What every part of the server works with. */
export interface ServerContext {
  readonly accounts: Accounts;
  readonly observed: ObservedLog;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly connections: Set<Connection>;
  settings(): Settings;
  /** To be called after each change that a restart must not forget. */
  changed(): void;
}

/** WhatsApp's own time, in milliseconds. */
export function serverNow(context: ServerContext): number {
  return Date.now() + context.faults.current.clockSkewMs;
}

/** The value of a drift that the server itself plays. */
export function serverDrift(context: ServerContext, name: DriftName): DriftsInForce[DriftName] {
  const { date, drifts } = context.settings().page;
  return driftsInForce(date, drifts)[name];
}

/** The socket on which that device is logged in now. */
export function liveConnection(context: ServerContext, number: string, device: number): Connection | undefined {
  for (const connection of context.connections) {
    if (connection.open && connection.login?.number === number && connection.login.device === device) return connection;
  }
  return undefined;
}

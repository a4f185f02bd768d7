import type { SupervisorDeps } from '../../src/lifecycle/supervisor-deps.ts';

/** Where nothing is sent. */
export function idleOutbox(): SupervisorDeps['outbox'] {
  return {
    acknowledge: () => undefined,
    restricted: () => undefined,
    reconcile: async () => undefined,
    search: async () => undefined,
    abandon: () => undefined,
  };
}

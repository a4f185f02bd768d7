import type { OrderDeps } from '../../src/lifecycle/session-orders.ts';

/** What orders ask of snapshots and storage, where a test is of the sessions alone: nothing is saved, trimmed or purged. */
export function ordersAlone(): Pick<OrderDeps, 'snapshots' | 'storage'> {
  return {
    snapshots: {
      before: async () => undefined,
      later: () => undefined,
      create: async () => {
        throw new Error('no snapshot is taken here');
      },
      purge: async () => undefined,
    },
    storage: { trimStopped: async () => undefined },
  };
}

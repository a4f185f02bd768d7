const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`);

/** Orders for several sessions at once. */
export const bulk = {
  pick: (name: string) => `Select ${name}`,
  pickAll: (count: number) => `Select all ${count} that are shown`,
  picked: (count: number) => `${count} selected`,
  clear: 'Clear the selection',
  asks: (order: string) => `${order}?`,
  deeds: {
    start: {
      label: 'Start',
      order: (count: number) => `Start ${sessionsOf(count)}`,
      does: 'Each browser is started. A session that is not linked yet waits for its QR to be scanned.',
    },
    stop: {
      label: 'Stop',
      order: (count: number) => `Stop ${sessionsOf(count)}`,
      does: 'Each browser is stopped, and stays so until it is started again. Every login is kept.',
    },
    snapshot: {
      label: 'Snapshot',
      order: (count: number) => `Take a snapshot of ${sessionsOf(count)}`,
      does: 'Sessions run on meanwhile. What the vault has already is not stored twice.',
    },
    trim: {
      label: 'Trim',
      order: (count: number) => `Trim ${sessionsOf(count)}`,
      does: 'Caches are deleted. Logins and messages stay; media is downloaded again when it is needed.',
    },
    listen: {
      label: 'Sending off',
      order: (count: number) => `Switch sending off for ${sessionsOf(count)}`,
      does: 'They only listen from now on: everything is told, nothing is sent. What waits to be sent fails.',
    },
    send: {
      label: 'Sending on',
      order: (count: number) => `Switch sending on for ${sessionsOf(count)}`,
      does: 'They send again from now on.',
    },
    move: {
      label: 'Move',
      order: (count: number) => `Move ${sessionsOf(count)}`,
      does: 'Each is stopped for the last part of its move, and continues on the other machine as it is here. No QR has to be scanned.',
    },
  },
  restart: 'Also those that run: each is stopped for it, and started again',
  toMachine: 'To machine',
  chooseMachine: 'Choose a machine',
  passed: (count: number) => (count === 1 ? '1 is passed over:' : `${count} are passed over:`),
  why: {
    unclaimed: 'the profile belongs to no session yet.',
    moved: 'on another machine now.',
    runs: 'running.',
    stopped: 'stopped already.',
    needsYou: 'waiting for a decision of yours, one by one.',
    notLinked: 'no account is linked, so there is nothing to keep.',
    listens: 'only listening already.',
    sends: 'sending already.',
    offAbove: 'sending is off for the tenant or the machine: switch it on there.',
    isThere: 'on that machine already.',
  },
  andMore: (count: number) => `and ${count} more`,
  cancelRest: 'Cancel the rest',
  progress: ({ all, done, failed, left }: { all: number; done: number; failed: number; left: number }) =>
    [
      `${done} of ${all} done`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(left > 0 ? [`${left} not ordered, since you cancelled`] : []),
    ].join(' · '),
  outcomes: { waiting: 'next', working: 'under way', done: 'done', failed: 'failed', left: 'not ordered' },
};

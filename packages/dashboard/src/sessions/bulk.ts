import type { HubSession, Scope } from '@leadmaster/protocol';

/** What is ordered of several sessions at once. Nothing of it loses a login. */
export const DEEDS = ['start', 'stop', 'snapshot', 'trim', 'listen', 'send', 'move'] as const;
export type DeedName = (typeof DEEDS)[number];

/** Why an order passes a session over. */
export type PassedOver =
  | 'unclaimed'
  | 'moved'
  | 'runs'
  | 'stopped'
  | 'needsYou'
  | 'notLinked'
  | 'listens'
  | 'sends'
  | 'offAbove'
  | 'isThere';

/** What is chosen beside the order. */
export interface Choices {
  /** Of a trim: those that run are stopped for it, and started again. */
  restart: boolean;
  /** Of a move: where to. Empty: not chosen yet. */
  machine: string;
}

interface Deed {
  scope: Scope;
  /** For the operator alone: it names machines. */
  ofOperator?: true;
  /** Null for a session that the order is for. */
  passesOver: (session: HubSession, choices: Choices) => PassedOver | null;
}

export const deeds: Readonly<Record<DeedName, Deed>> = {
  start: {
    scope: 'control',
    passesOver(session) {
      // What needs a person has its own way out, which is decided one by one.
      if (session.stateKind === 'needs_person' && session.state !== 'ERROR') return 'needsYou';
      return runs(session) ? 'runs' : null;
    },
  },
  stop: {
    scope: 'control',
    passesOver: ({ state }) => (['STOPPED', 'STOPPING'].includes(state) ? 'stopped' : null),
  },
  snapshot: {
    scope: 'storage',
    passesOver({ account, state }) {
      if (state === 'WRONG_ACCOUNT') return 'needsYou';
      return account === null ? 'notLinked' : null;
    },
  },
  trim: {
    scope: 'storage',
    passesOver(session, { restart }) {
      if (session.state === 'WRONG_ACCOUNT') return 'needsYou';
      return runs(session) && !restart ? 'runs' : null;
    },
  },
  listen: {
    scope: 'control',
    passesOver: ({ sending }) => (sending === 'off' ? 'listens' : null),
  },
  send: {
    scope: 'admin',
    passesOver({ sending, sendingOffBy }) {
      if (sending === 'on') return 'sends';
      return sendingOffBy.length > 0 && !sendingOffBy.includes('session') ? 'offAbove' : null;
    },
  },
  move: {
    scope: 'admin',
    ofOperator: true,
    passesOver: (session, { machine }) => (session.machine === machine ? 'isThere' : null),
  },
};

/** What an order will do: the names that it is for, and those that it passes over by why. */
export interface Plan {
  names: string[];
  passed: ReadonlyMap<PassedOver, string[]>;
}

export function planOf(deed: DeedName, sessions: readonly HubSession[], choices: Choices): Plan {
  const names: string[] = [];
  const passed = new Map<PassedOver, string[]>();
  for (const session of sessions) {
    const why = notHere(session) ?? deeds[deed].passesOver(session, choices);
    if (why === null) names.push(session.name);
    else passed.set(why, [...(passed.get(why) ?? []), session.name]);
  }
  return { names, passed };
}

/** What has no profile of its own here takes no order. */
function notHere({ state }: HubSession): PassedOver | null {
  if (state === 'UNCLAIMED') return 'unclaimed';
  return state === 'MOVED' ? 'moved' : null;
}

/** States without a browser. */
const AT_REST: ReadonlySet<HubSession['state']> = new Set([
  'STOPPED',
  'DISCONNECTED_LOGOUT',
  'DISCONNECTED_BANNED',
  'AUTH_FAILURE',
  'ERROR',
]);

function runs({ state }: HubSession): boolean {
  return !AT_REST.has(state);
}

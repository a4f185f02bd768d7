import { SESSION_STATES, stateKind } from '@leadmaster/protocol';
import { type LifecycleEvent, type LifecycleEventType, transition } from './machine.ts';

/** One of each event, with every variant that leads elsewhere. The record makes a forgotten event a type error. */
export const SAMPLES: { readonly [T in LifecycleEventType]: readonly Extract<LifecycleEvent, { type: T }>[] } = {
  start: [
    { type: 'start', login: 'saved', reason: 'requested' },
    { type: 'start', login: 'none', reason: 'requested' },
  ],
  login_required: [{ type: 'login_required' }],
  refused: [{ type: 'refused', reason: 'the error code' }],
  no_room: [{ type: 'no_room' }],
  stop: [{ type: 'stop', reason: 'requested' }],
  at_rest: [{ type: 'at_rest', reason: 'why' }],
  logout: [{ type: 'logout' }],
  stopped: [{ type: 'stopped', reason: 'requested' }],
  moved: [{ type: 'moved', reason: 'how' }],
  returned: [{ type: 'returned', reason: 'how' }],
  qr: [
    { type: 'qr', mayLink: true },
    { type: 'qr', mayLink: false },
  ],
  qr_exhausted: [{ type: 'qr_exhausted' }],
  passkey: [{ type: 'passkey' }],
  authenticated: [{ type: 'authenticated' }],
  progress: [{ type: 'progress' }],
  ready: [{ type: 'ready' }],
  wrong_account: [
    { type: 'wrong_account', reason: 'other_account' },
    { type: 'wrong_account', reason: 'linked_elsewhere' },
  ],
  accepted: [{ type: 'accepted' }],
  socket_down: [{ type: 'socket_down' }],
  socket_up: [{ type: 'socket_up' }],
  unlinked: [
    { type: 'unlinked', mayLink: true },
    { type: 'unlinked', mayLink: false },
  ],
  erased: [{ type: 'erased', reason: 'what the page said' }],
  banned: [{ type: 'banned' }],
  conflict: [{ type: 'conflict' }],
  deprecated: [
    { type: 'deprecated', pinned: false },
    { type: 'deprecated', pinned: true },
  ],
  lost: [{ type: 'lost', reason: 'what was lost' }],
  overdue: [{ type: 'overdue' }],
};

const variant = (event: LifecycleEvent): string => {
  const facts = Object.entries(event).filter(([key]) => key !== 'type' && key !== 'reason');
  return facts.length === 0
    ? event.type
    : `${event.type} (${facts.map(([key, value]) => `${key}: ${value}`).join(', ')})`;
};

/** `docs/session-lifecycle.md`, from the machine itself. */
export function describeLifecycle(): string {
  const lines = [
    '# The life of a session',
    '',
    'Generated from `packages/session-manager/src/lifecycle/machine.ts`. A test fails when this page is stale; `npx vitest run machine --update` writes it again.',
    'An event that is not listed under a state changes nothing there.',
    '',
  ];
  for (const state of SESSION_STATES) {
    lines.push(`## ${state}`, '', `Kind: ${stateKind(state, '').replace('_', ' ')}.`, '');
    const rows = Object.values(SAMPLES)
      .flat()
      .flatMap((event) => {
        const next = transition(state, event);
        if (next === null) return [];
        const reason = next.reason === '' ? '' : `\`${next.reason}\``;
        return [`| ${variant(event)} | ${next.state} | ${reason} | ${next.effects.join(', ')} |`];
      });
    lines.push('| event | next | reason | effects |', '|---|---|---|---|', ...rows, '');
  }
  return lines.join('\n');
}

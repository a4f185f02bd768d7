import type { Action, HubSession } from '@leadmaster/protocol';
import { client } from '../service/client.ts';
import { work } from '../service/operations.ts';
import { words } from '../words/index.ts';
import { mayVisit } from './places.ts';
import { go, pathOf } from './router.ts';
import { isSilent } from './silent.ts';

/** What a button does: an order, or another place of the page. `asks`: what is confirmed before it. */
export interface Step {
  label: string;
  run?: () => Promise<unknown>;
  to?: string;
  asks?: string;
}

/** What a session proposes first, as a button; null where it proposes nothing that the page can do. */
export function nextStep(session: HubSession): Step | null {
  if (isSilent(session)) return mayVisit('machines') ? { label: words.value.actions.machines, to: '/machines' } : null;
  const proposed = session.action === undefined ? null : stepOf(session.action, session);
  if (proposed !== null) return proposed;
  if (session.state === 'STOPPED' || session.state === 'ERROR') return start(session);
  return null;
}

/** An action of the protocol as a step; null where only a terminal can do it. */
export function stepOf(action: Action, session: HubSession): Step | null {
  const { actions } = words.value;
  const { name } = session;
  const section = (id: string): string => `${pathOf(name)}#${id}`;
  switch (action.kind) {
    case 'start':
      return startAs(action, session);
    case 'stop':
      return { label: actions.stop, run: () => order('stopSession', name) };
    case 'restart':
      return { label: actions.restart, run: () => order('restartSession', name) };
    case 'scan_qr':
      return link(session);
    case 'account_accept':
    case 'account_unlink':
      // Which of the two is a decision: they stand side by side there, and never as the one thing to do.
      return { label: actions.settle, to: section('linking') };
    case 'snapshot_create':
      return { label: actions.snapshot, run: () => takeSnapshot(name) };
    case 'restore':
      return { label: actions.restore, to: section('snapshots') };
    case 'snapshot_list':
    case 'snapshot_verify':
    case 'snapshot_delete':
      return { label: words.value.session.sections.snapshots, to: section('snapshots') };
    case 'show_capabilities':
      return { label: actions.capabilities, to: section('overview') };
    case 'show_storage':
    case 'trim':
      return { label: actions.storage, to: section('storage') };
    case 'show_events':
      return { label: actions.events, to: section('events') };
    case 'sending_on':
      return { label: words.value.session.sections.settings, to: section('settings') };
    case 'move':
      return { label: words.value.parts.machine.title, to: section('machine') };
    case 'log_out':
    case 'delete':
      return { label: words.value.session.sections.danger, to: section('danger') };
    default:
      return null;
  }
}

export function start({ name, state }: HubSession): Step {
  const { actions } = words.value;
  const label = state === 'DISCONNECTED_BANNED' ? actions.startLifted : actions.start;
  return { label, run: () => client.call('startSession', { params: { session: name } }) };
}

export function takeSnapshot(session: string): Promise<unknown> {
  return work('createSnapshot', { params: { session } });
}

/** Both ways out of WRONG_ACCOUNT. */
export function settleSteps({ name }: HubSession): Step[] {
  const { actions, linking } = words.value;
  return [
    { label: actions.unlink, asks: linking.unlinks, run: () => settle(name, { unlink: true }) },
    { label: actions.accept, asks: linking.accepts, run: () => settle(name, { accept: true }) },
  ];
}

function startAs({ originRetired, olderLogin }: Extract<Action, { kind: 'start' }>, session: HubSession): Step {
  if (originRetired === undefined && olderLogin === undefined) return start(session);
  const { actions } = words.value;
  const body = { ...(originRetired && { originRetired }), ...(olderLogin && { olderLogin }) };
  return {
    label: originRetired ? actions.startRetired : actions.startOlder,
    asks: session.hint,
    run: () => client.call('startSession', { params: { session: session.name }, body }),
  };
}

/** Where a QR waits, to it; elsewhere the start that brings one. */
function link({ name, state }: HubSession): Step {
  const { actions } = words.value;
  const there = `${pathOf(name)}#linking`;
  if (state === 'QR_REQUIRED') return { label: actions.showQr, to: there };
  return {
    label: actions.link,
    run: async () => {
      await order('startSession', name);
      go(there);
    },
  };
}

function order(id: 'startSession' | 'stopSession' | 'restartSession', session: string): Promise<unknown> {
  return client.call(id, { params: { session } });
}

function settle(session: string, body: { accept: true } | { unlink: true }): Promise<unknown> {
  return client.call('settleAccount', { params: { session }, body });
}

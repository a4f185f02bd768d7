import { type HubSession, wordOf } from '@leadmaster/protocol';
import { words } from '../words/index.ts';
import { isSilent, standsSince } from './silent.ts';

/** How a session stands, for its place in the list and its colour. */
export const GROUPS = ['trouble', 'passing', 'ready', 'resting'] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf(session: HubSession): Group {
  const { state, stateKind } = session;
  if (isSilent(session)) return 'trouble';
  if (stateKind === 'needs_person' || state === 'UNCLAIMED') return 'trouble';
  if (stateKind === 'transient') return 'passing';
  return state === 'READY' ? 'ready' : 'resting';
}

/** The colour of a state: bad is what only the operator can mend, wait is what a phone settles. */
export type Tone = 'bad' | 'wait' | 'good' | 'rest';

export function toneOf(session: HubSession): Tone {
  const { state } = session;
  if (isSilent(session)) return 'bad';
  if (['QR_REQUIRED', 'PASSKEY_REQUIRED', 'UNCLAIMED'].includes(state)) return 'wait';
  const tones: Readonly<Record<Group, Tone>> = { trouble: 'bad', passing: 'wait', ready: 'good', resting: 'rest' };
  return tones[groupOf(session)];
}

const urgencies = new WeakMap<HubSession, string>();

/** What a list is sorted by: trouble first, and of each kind what stands so for longest; those that are well by name. */
export function urgencyOf(session: HubSession): string {
  const known = urgencies.get(session);
  if (known !== undefined) return known;
  const urgency = urgencyTextOf(session);
  urgencies.set(session, urgency);
  return urgency;
}

function urgencyTextOf(session: HubSession): string {
  const group = groupOf(session);
  const { name } = session;
  const place = GROUPS.indexOf(group);
  if (group === 'ready' || group === 'resting') return `${place}${name}`;
  return `${place}${toneOf(session) === 'bad' ? 0 : 1}${standsSince(session)}${name}`;
}

/** A reason in words. */
export function reasonOf(reason: string): string {
  return wordOf(words.value.reasons, reason) ?? reason.replaceAll('_', ' ');
}

/** What the operator can do, in the language of the page; empty when there is nothing to do. */
export function hintOf(session: HubSession): string {
  const { list } = words.value;
  if (isSilent(session)) return list.silentHint(session.machine);
  return session.hint === '' ? '' : (words.value.hint(session) ?? session.hint);
}

/** Reasons that say no more than the state does. */
const SAID_BY_STATE: ReadonlySet<string> = new Set([
  'banned',
  'waiting_for_scan',
  'passkey_required',
  'other_account',
  'synced',
]);

/** How it stands, in words. */
export function stateWords(session: HubSession): string {
  return isSilent(session) ? words.value.list.silent : words.value.states[session.state];
}

/** A reason in words beside its state; empty where the state says it all. */
export function reasonBeside(reason: string): string {
  return SAID_BY_STATE.has(reason) ? '' : reasonOf(reason);
}

/** Why a session is in its state, in words; empty where the state says it all. */
export function whyOf(session: HubSession): string {
  const { reason, state } = session;
  if (isSilent(session)) return words.value.list.before(words.value.states[state]);
  return state === 'READY' ? '' : reasonBeside(reason);
}

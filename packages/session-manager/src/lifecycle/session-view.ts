import {
  actionFieldsOf,
  type Bounds,
  canSend,
  isSendingOff,
  type LoginMode,
  offLevels,
  type Session,
  type StorageSummary,
  stateKind,
} from '@leadmaster/protocol';
import type { SessionRow } from '../state/rows.ts';
import { adoptCommand } from './hints.ts';
import type { SupervisorView } from './session-status.ts';

const NO_STORAGE: StorageSummary = { bytes: null, criticalBytes: null, growthBytesPerDay: null, measuredAt: null };

/** A session as the outside sees it. */
export function describeSession(facts: {
  name: string;
  row: SessionRow;
  bounds: Bounds;
  view: SupervisorView;
  generation: number;
  originRetired: boolean;
  engine: string;
  loginMode: LoginMode;
  storage: StorageSummary;
  snapshots: Pick<Session, 'lastSnapshot' | 'snapshotFailure'>;
}): Session {
  const { row, view, bounds } = facts;
  const isWaiting = view.hint === '' && !facts.originRetired && view.state === 'STOPPED';
  const hint = isWaiting ? waitsForWord(facts.name) : view.hint;
  return {
    name: facts.name,
    state: view.state,
    stateKind: stateKind(view.state, view.reason),
    reason: view.reason,
    hint,
    ...actionFieldsOf(hint),
    since: view.since.toISOString(),
    canSend: canSend(view.state) && !isSendingOff(bounds),
    sending: isSendingOff(bounds) ? 'off' : 'on',
    sendingOffBy: offLevels(bounds),
    expectedPhone: bounds.expectedPhone,
    desired: row.desired,
    attempts: view.attempts,
    nextAttemptAt: view.nextAttemptAt?.toISOString() ?? null,
    generation: facts.generation,
    originRetired: facts.originRetired,
    engine: facts.engine,
    loginMode: facts.loginMode,
    account: view.account,
    owner: view.owner,
    health: view.health,
    // What was measured before it went is in the trash.
    storage: view.state === 'MOVED' ? NO_STORAGE : facts.storage,
    ...facts.snapshots,
    limits: view.limits,
    attention: view.attention,
    unreachable: view.unreachable,
    runtime: view.runtime,
    metadata: row.metadata,
    createdAt: row.createdAt,
  };
}

function waitsForWord(name: string): string {
  return `It is a copy of a login. Once the place it came from never runs it again: "./leadmaster session start ${name} --origin-retired".`;
}

/** A profile that no session claims: shown, never started. `obstacle`: why it cannot be adopted in place, and what to do. */
export function describeUnclaimed(
  name: string,
  profileDir: string,
  loginMode: LoginMode,
  obstacle: string | null,
): Session {
  const now = new Date().toISOString();
  const hint = obstacle ?? `Take it over in place with "${adoptCommand(name, profileDir)}".`;
  return {
    name,
    state: 'UNCLAIMED',
    stateKind: 'needs_person',
    reason: 'found_without_a_record',
    hint,
    ...actionFieldsOf(hint),
    since: now,
    canSend: false,
    sending: 'on',
    sendingOffBy: [],
    expectedPhone: null,
    desired: 'stopped',
    attempts: 0,
    nextAttemptAt: null,
    generation: 0,
    originRetired: true,
    engine: '',
    loginMode,
    account: null,
    owner: null,
    health: { lastProbeAt: null, lastInboundAt: null, lastAckAt: null, lastReadyAt: null },
    storage: NO_STORAGE,
    lastSnapshot: null,
    snapshotFailure: null,
    limits: null,
    attention: null,
    unreachable: null,
    runtime: null,
    metadata: {},
    createdAt: now,
  };
}

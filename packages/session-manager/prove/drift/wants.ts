import { DRIFTS, type Drift, type DriftName } from '@leadmaster/whatsapp-standin';
import type { DriftCase } from './cases.ts';

export const STEPS = ['link', 'in', 'elsewhere', 'out', 'new chat', 'restart', 'while off', 'kill'] as const;
export type Step = (typeof STEPS)[number];

/**
 * What a step came to.
 * - `ok`: done, told once, and true at the stand-in
 * - `refused`: refused with a code before the page was asked (409)
 * - `failed`: told FAILED, and not at the stand-in
 * - `uncertain`: told UNCERTAIN
 * - `at rest`: the session is in the state that the drift leads to
 * - `not told`: a message that came in was not told within the step
 * - `-`: not tried, since an earlier step ended the session's life
 * - `wrong`: anything else
 */
export type Outcome = 'ok' | 'refused' | 'failed' | 'uncertain' | 'at rest' | 'not told' | '-' | 'wrong';

export type Wants = Readonly<Record<Step, readonly Outcome[]>>;

const all = (...outcomes: Outcome[]): Wants =>
  Object.fromEntries(STEPS.map((step) => [step, outcomes])) as unknown as Wants;

const NEUTRAL = all('ok');

/** Ends at `step`: before it all is well, after it nothing is tried. */
function restAt(at: Step): Wants {
  const index = STEPS.indexOf(at);
  const outcome = (i: number): Outcome => (i < index ? 'ok' : i === index ? 'at rest' : '-');
  return Object.fromEntries(STEPS.map((step, i) => [step, [outcome(i)]])) as unknown as Wants;
}

const NO_TEXT: readonly Outcome[] = ['refused', 'failed'];

/** What each drift that is not neutral allows; a name with a value goes before the name alone. */
const LIMITED: Readonly<Record<string, Wants>> = {
  // No name or id can be trusted; even the account may be unknown. All the same, no answer may be false.
  'wid-renamed': all('ok', 'refused', 'failed', 'uncertain', 'not told', 'at rest', '-'),
  'module-missing': { ...NEUTRAL, in: ['ok', 'not told'], elsewhere: ['ok', 'not told'] },
  'module-missing=send': { ...NEUTRAL, out: NO_TEXT, 'new chat': NO_TEXT, kill: NO_TEXT },
  'no-lid': { ...NEUTRAL, 'new chat': ['failed'] },
  timelock: { ...NEUTRAL, 'new chat': ['refused'] },
  capping: { ...NEUTRAL, 'new chat': ['refused'] },
  'ack-failed': { ...NEUTRAL, out: ['failed'], 'new chat': ['failed'], kill: ['failed', 'uncertain'] },
  'clock-after-crash': { ...NEUTRAL, kill: ['uncertain'] },
  'assets-gone': restAt('restart'),
  passkey: restAt('link'),
  'unsupported-browser=always': restAt('restart'),
};

/** What the steps of a case may come to: a neutral drift takes nothing away, one that is not decides. */
export function wantsOf({ drifts }: DriftCase): Wants {
  const special = drifts.flatMap((drift) => LIMITED[drift] ?? LIMITED[nameOf(drift)] ?? terminalWants(drift));
  return special.reduce(meet, NEUTRAL);
}

function terminalWants(drift: string): Wants[] {
  return rowOf(drift).kind === 'terminal' ? [restAt('restart')] : [];
}

/** Both hold: what one of them removes is gone, and what one of them allows is allowed. */
function meet(a: Wants, b: Wants): Wants {
  const both = (step: Step): readonly Outcome[] => {
    if (a[step] === NEUTRAL[step]) return b[step];
    return b[step] === NEUTRAL[step] ? a[step] : [...new Set([...a[step], ...b[step]])];
  };
  return Object.fromEntries(STEPS.map((step) => [step, both(step)])) as unknown as Wants;
}

/** When a drift is switched on: most from the first page on, those that end a login once there is one. */
export function needsLogin(drift: string): boolean {
  if (drift.startsWith('-') || nameOf(drift) === 'passkey') return false;
  return rowOf(drift).kind === 'terminal' || nameOf(drift) === 'assets-gone' || drift === 'unsupported-browser=always';
}

/** Where a session comes to rest under the drifts of a case; null when it continues. */
export function restOf({ drifts }: DriftCase): { state: string; reason: string } | null {
  for (const drift of drifts) {
    const special = RESTS[drift];
    if (special !== undefined) return special;
    const { kind, state, reason } = rowOf(drift);
    if (kind === 'terminal' && state !== undefined && reason !== undefined) return { state, reason };
    if (nameOf(drift) === 'assets-gone') return { state: 'DISCONNECTED_RECOVERABLE', reason: '' };
  }
  return null;
}

/** A value that leads elsewhere than its drift. */
const RESTS: Readonly<Record<string, { state: string; reason: string }>> = {
  'unsupported-browser=always': { state: 'ERROR', reason: 'unsupported_browser' },
  'logout-reason=3': { state: 'AUTH_FAILURE', reason: 'account_locked' },
  // A page that WhatsApp itself sets back cannot be refused; a pin to it is (`prove -- schema-downgrade`).
  'schema-downgrade': { state: 'AUTH_FAILURE', reason: 'page_erased_login' },
};

function nameOf(drift: string): DriftName {
  return drift.replace(/^-/, '').split('=')[0] as DriftName;
}

function rowOf(drift: string): Drift {
  return DRIFTS[nameOf(drift)];
}

import type { Feature, SessionState } from '@leadmaster/protocol';
import { z } from 'zod';
import type { Shown } from './evidence.ts';

/** What a session must be able to do for a build to be good: LeadMaster itself needs it. What others rest on comes first. */
export const NEEDED_FEATURES: readonly Feature[] = ['ids', 'text', 'inbound', 'ready'];

/** So often a session may lose READY on a build before that counts as a failure. */
const LOSSES_MAX = 3;

/** A self-test looks twice, half a minute apart, before it calls a feature broken (whatsapp-web-2026, 8). */
const SELF_TEST_MS = 90_000;

const time = z.iso.datetime();

const failure = z.object({
  session: z.string(),
  reason: z.string(),
  /** The feature that was broken; null when it was something else. */
  capability: z.string().nullable(),
  /** The page erased the login: no other session tries that build. */
  erased: z.boolean(),
});
export type Failure = z.infer<typeof failure>;

/** A session that is watched on a build. */
const watched = z.object({
  session: z.string(),
  startedAt: time,
  readyAt: time.nullable(),
  /** When it was READY on the build for the first time; the day in which it is not really used continues from there. */
  firstReadyAt: time.nullable(),
  losses: z.number().int(),
  /** What it has done on the build: a text of its own was acknowledged, one came in, its page reloaded itself. */
  proven: z.object({ sent: z.boolean(), inbound: z.boolean(), reload: z.boolean() }),
});
export type Watched = z.infer<typeof watched>;

/** A build on trial: one session runs it, and where that fails, another opinion is heard before the build is blamed. */
export const trialFacts = z.object({
  canary: watched,
  failure: failure.nullable(),
  /** `on`: the older build that the same session runs again; null = another session runs the build on trial. */
  opinion: watched.extend({ on: z.string().nullable() }).nullable(),
});
export type Trial = z.infer<typeof trialFacts>;

/** How a session stands now. */
export interface SessionLook extends SessionStanding {
  shown: Shown;
}

export interface SessionStanding {
  state: SessionState;
  reason: string;
  /** The build of its page. */
  running: string | null;
  /** Features that LeadMaster needs and that are proven broken there. */
  broken: readonly Feature[];
}

export interface TrialLimits {
  /** From the start to READY. */
  readyMs: number;
  /** READY without a break, for a build to be good. */
  passMs: number;
  /** So long after its first READY a build is good although there was nothing to send, to hear or to survive. */
  quietMs: number;
}

/** What follows from a trial as it stands. */
export type Step =
  | { kind: 'wait'; trial: Trial }
  /** It is good: these sessions stood the test on it. `acquits`: the one whose own profile is the cause. */
  | { kind: 'pass'; sessions: string[]; acquits: Failure | null }
  /** Something failed, and before the build is blamed another opinion is wanted. */
  | { kind: 'ask'; trial: Trial; failure: Failure }
  | { kind: 'blame'; failure: Failure; sessions: string[] }
  /** The session fails on the older build as well. */
  | { kind: 'acquit'; failure: Failure }
  /** The session is no longer there to learn from: it was stopped, or lost its link. */
  | { kind: 'withdraw'; failure: Failure | null };

/** A trial that begins now. */
export function newTrial(session: string, now: Date): Trial {
  return { canary: newWatch(session, now), failure: null, opinion: null };
}

export function newWatch(session: string, now: Date): Watched {
  return {
    session,
    startedAt: now.toISOString(),
    readyAt: null,
    firstReadyAt: null,
    losses: 0,
    proven: { sent: false, inbound: false, reload: false },
  };
}

/** The next step of a trial. Pure: all its input is given. */
export function nextStep(
  build: string,
  trial: Trial,
  look: (session: string) => SessionLook | null,
  limits: TrialLimits,
  now: Date,
): Step {
  return trial.opinion === null
    ? judgeCanary(build, trial, look(trial.canary.session), limits, now)
    : judgeOpinion(build, trial, trial.opinion, look(trial.opinion.session), limits, now);
}

function judgeCanary(build: string, trial: Trial, seen: SessionLook | null, limits: TrialLimits, now: Date): Step {
  const found = observe(build, trial.canary, seen, limits, now);
  if (found.is === 'gone') return { kind: 'withdraw', failure: null };
  if (found.is === 'passed') return { kind: 'pass', sessions: [trial.canary.session], acquits: null };
  if (found.is === 'watched') return { kind: 'wait', trial: { ...trial, canary: found.watched } };
  const { failure: why } = found;
  if (why.erased) return { kind: 'blame', failure: why, sessions: [why.session] };
  return { kind: 'ask', trial: { ...trial, failure: why }, failure: why };
}

function judgeOpinion(
  build: string,
  trial: Trial,
  opinion: NonNullable<Trial['opinion']>,
  seen: SessionLook | null,
  limits: TrialLimits,
  now: Date,
): Step {
  const { on } = opinion;
  const first = trial.failure;
  if (first === null) return { kind: 'withdraw', failure: null };
  // Back on the build that it knows, a session has to stand no longer than a self-test takes to find what is broken.
  const passMs = Math.min(limits.passMs, SELF_TEST_MS);
  const found = observe(on ?? build, opinion, seen, on === null ? limits : { ...limits, passMs, quietMs: passMs }, now);
  if (found.is === 'gone') return { kind: 'withdraw', failure: first };
  if (found.is === 'watched') return { kind: 'wait', trial: { ...trial, opinion: { ...found.watched, on } } };
  if (on !== null) {
    return found.is === 'passed'
      ? { kind: 'blame', failure: first, sessions: [first.session] }
      : { kind: 'acquit', failure: first };
  }
  return found.is === 'passed'
    ? { kind: 'pass', sessions: [opinion.session], acquits: first }
    : { kind: 'blame', failure: found.failure, sessions: [first.session, opinion.session] };
}

type Observation =
  | { is: 'watched'; watched: Watched }
  | { is: 'passed' }
  | { is: 'failed'; failure: Failure }
  | { is: 'gone' };

/** States out of which a session does not come by itself, for reasons that no build has. */
const GONE: readonly SessionState[] = [
  'STOPPED',
  'STOPPING',
  'MOVED',
  'WRONG_ACCOUNT',
  'DISCONNECTED_BANNED',
  'DISCONNECTED_LOGOUT',
];

/** A stop or a restart that was ordered, here or on the phone: it speaks against no build. */
function isOrdered({ state, reason }: SessionLook): boolean {
  return GONE.includes(state) || (state === 'RECONNECTING' && reason === 'requested');
}

function observe(
  build: string,
  watched: Watched,
  seen: SessionLook | null,
  limits: TrialLimits,
  now: Date,
): Observation {
  const { session } = watched;
  const failed = (reason: string, capability: string | null = null, erased = false): Observation => {
    return { is: 'failed', failure: { session, reason, capability, erased } };
  };
  if (seen === null) return { is: 'gone' };
  if (seen.state === 'AUTH_FAILURE' && seen.reason === 'page_erased_login')
    return failed(`the page erased the login of ${session}`, null, true);
  const isOver = now.getTime() - Date.parse(watched.startedAt) > limits.readyMs;
  // An order to restart passes through these.
  if (GONE.includes(seen.state) && (isOver || seen.state === 'MOVED')) return { is: 'gone' };
  const [capability] = seen.running === build ? seen.broken : [];
  if (capability !== undefined) return failed(`${capability} is broken in ${session}`, capability);
  if (seen.state === 'READY' && seen.running === build) return steady(watched, seen.shown, limits, now);
  if (watched.readyAt !== null) {
    // One that had stood long enough was lost for a reason of the day: a line that fails, a machine that sleeps.
    const stood = now.getTime() - Date.parse(watched.readyAt) >= limits.passMs;
    const losses = stood ? 0 : watched.losses + (isOrdered(seen) ? 0 : 1);
    if (losses >= LOSSES_MAX) return failed(`${session} does not stay READY`);
    return { is: 'watched', watched: { ...watched, readyAt: null, startedAt: now.toISOString(), losses } };
  }
  if (!isOver) return { is: 'watched', watched };
  // It runs, but another build: nothing can be learnt from it.
  if (seen.state === 'READY') return { is: 'gone' };
  return failed(`${session} was not READY in time (${seen.state}${seen.reason === '' ? '' : `, ${seen.reason}`})`);
}

/** READY on the build. What it has shown counts from when it was so (whatsapp-web-2026, 7.6). */
function steady(watched: Watched, shown: Shown, { passMs, quietMs }: TrialLimits, now: Date): Observation {
  const readyAt = watched.readyAt ?? now.toISOString();
  const firstReadyAt = watched.firstReadyAt ?? readyAt;
  const since = Date.parse(readyAt);
  const isNew = (at: Date | null): boolean => at !== null && at.getTime() >= since;
  const proven = {
    sent: watched.proven.sent || isNew(shown.sentAt),
    inbound: watched.proven.inbound || isNew(shown.inboundAt),
    reload: watched.proven.reload || isNew(shown.reloadedAt),
  };
  const isProven = proven.sent && proven.inbound && proven.reload;
  const isQuietOver = now.getTime() - Date.parse(firstReadyAt) >= quietMs;
  if (now.getTime() - since >= passMs && (isProven || isQuietOver)) return { is: 'passed' };
  return { is: 'watched', watched: { ...watched, readyAt, firstReadyAt, proven } };
}

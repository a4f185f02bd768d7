import {
  errorText,
  type FeatureVerdict,
  LeadMasterError,
  RECORDED_REASONS,
  type RecordedPage,
  type Recording,
  type Runtime,
  recording,
  type SessionState,
  type Transition,
} from '@leadmaster/protocol';
import { deadline, isOverdue } from '@leadmaster/service-kit/wait';
import type { EngineRun } from '../engine/engine.ts';
import type { PageCheck } from '../engine/page-probe.ts';
import { LIBRARY_VERSION, VERSION } from '../version.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const PAGE_MS = 15_000;
/** A probe waits up to 20 s until no more modules come. */
const PROBE_MS = 25_000;
const PATH_LENGTH = 200;
/** Three years: the most that a recording holds. */
const MOST_MS = 1e11;

/**
 * What a session of this machine looks like from inside.
 *
 * @throws LeadMasterError `session_not_ready` without a browser, `engine_failed` when its page does not answer
 */
export async function recordSession(
  { name, view, liveRun }: SessionSupervisor,
  { store, log }: Pick<SupervisorDeps, 'store' | 'log'>,
  signal: AbortSignal,
): Promise<Recording> {
  if (liveRun === null) throw noBrowser(name, view.state);
  const page = await pageOf(liveRun, name, signal);
  const features = await featuresOf(liveRun, signal).catch((error: unknown) => {
    log.warn({ session: name, err: error }, 'the recording is without the features: the page was not probed');
    return {};
  });
  return recordingOf({
    page,
    features,
    runtime: liveRun.runtime,
    state: view.state,
    transitions: store.transitions.list(name, PATH_LENGTH),
    now: new Date(),
  });
}

interface RecordingFacts {
  page: RecordedPage;
  features: Recording['features'];
  runtime: Pick<Runtime, 'browser' | 'browserVersion'>;
  state: SessionState;
  /** Newest first. */
  transitions: readonly Transition[];
  now: Date;
}

/** Puts a recording together, out of words of ours and small numbers alone. */
export function recordingOf({ page, features, runtime, state, transitions, now }: RecordingFacts): Recording {
  const { versions } = recording.shape;
  return recording.parse({
    format: 'leadmaster-recording',
    formatVersion: 1,
    day: now.toISOString().slice(0, 10),
    versions: {
      leadmaster: VERSION,
      library: versions.shape.library.safeParse(LIBRARY_VERSION).data ?? null,
      browser: versions.shape.browser.safeParse(runtime.browser).data ?? 'other',
      chromium: versions.shape.chromium.safeParse(runtime.browserVersion).data ?? null,
    },
    session: { state, path: pathOf(transitions) },
    features,
    page,
  } satisfies Record<keyof Recording, unknown>);
}

/** The states since this run began to start, with the time since then. */
function pathOf(transitions: readonly Transition[]): Recording['session']['path'] {
  const start = transitions.findIndex(({ to }) => to === 'INITIALIZING' || to === 'RECONNECTING');
  const run = transitions.slice(0, start + 1).reverse();
  const began = Date.parse(run[0]?.at ?? '');
  return run.map(({ to, reason, at }) => ({
    state: to,
    reason: RECORDED_REASONS.find((known) => known === reason) ?? 'other',
    // A clock that was set meanwhile makes no impossible time.
    afterMs: Math.min(Math.max(0, Date.parse(at) - began), MOST_MS),
  }));
}

/** One word for each feature that the probe looked at. */
async function featuresOf(run: EngineRun, signal: AbortSignal): Promise<Recording['features']> {
  const { checks, isQuiet } = await run.probe(deadline(PROBE_MS, signal));
  const byFeature = Map.groupBy(checks, ({ feature }) => feature);
  return Object.fromEntries([...byFeature].map(([feature, its]) => [feature, verdictOf(its, isQuiet)]));
}

/** `broken` only where something that the feature needs is not there, and will not come by itself. */
function verdictOf(checks: readonly PageCheck[], isQuiet: boolean): FeatureVerdict {
  const needed = checks.filter(({ isNeeded }) => isNeeded);
  if (needed.every(({ result }) => result === 'ok')) return 'ok';
  return isQuiet && needed.some(({ result }) => result === 'missing') ? 'broken' : 'unknown';
}

async function pageOf(run: EngineRun, name: string, signal: AbortSignal): Promise<RecordedPage> {
  try {
    return await run.record(deadline(PAGE_MS, signal));
  } catch (error) {
    if (signal.aborted || error instanceof LeadMasterError) throw error;
    const hint = 'A page that is just loading answers a moment later: try again.';
    const why = isOverdue(error) ? `it said nothing for ${PAGE_MS / 1000} s` : errorText(error);
    throw new LeadMasterError('engine_failed', `The page of ${name} did not answer: ${why}`, hint, { cause: error });
  }
}

function noBrowser(name: string, state: SessionState): LeadMasterError {
  return new LeadMasterError(
    'session_not_ready',
    `${name} is ${state}: no browser of it runs, so there is no page to look at`,
    `Start it first: "./leadmaster session start ${name}". It need not be linked.`,
    { extra: { state } },
  );
}

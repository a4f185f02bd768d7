import { operate } from '@leadmaster/client';
import { LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { go, pathOf } from '../../src/model/router.ts';
import { client } from '../../src/service/client.ts';
import { act } from '../desk.ts';
import { howOf, type Values, type What } from './seen.ts';
import { sessionOf, until, untilEvent } from './watch.ts';

/** The session that the tour is made with. */
export const TOUR_SESSION = 'ventas';
/** Long enough for the eye to find the QR before it is scanned. */
const LOOK_MS = 1_500;
const VERDICT_MS = 240_000;

export const STEPS = ['link', 'kill', 'snapshot', 'restore', 'move', 'build'] as const;
export type StepId = (typeof STEPS)[number];

/** Says what was seen, by its text in `saw` and what that is told with. */
export type Say = <K extends What>(what: K, ...values: Values<K>) => void;

/** What a step is given: where it says what it has seen, and when it is given up. */
export interface Run {
  say: Say;
  signal: AbortSignal;
}

/** What each step does, and what it watches until it is over. */
export const RUNS: Readonly<Record<StepId, (run: Run) => Promise<void>>> = {
  async link({ say, signal }) {
    await ensureSession(say);
    go(`${pathOf(TOUR_SESSION)}#linking`);
    const before = await sessionOf(TOUR_SESSION);
    // Once more: from where the demo began.
    if (isReady(before)) await act({ act: 'unlink', session: TOUR_SESSION });
    else if (before.state !== 'QR_REQUIRED') await client.call('startSession', { params: { session: TOUR_SESSION } });
    const waiting = await until(before, (session) => session.state === 'QR_REQUIRED', signal);
    say('qr');
    await pause(LOOK_MS, signal);
    await act({ act: 'scan', session: TOUR_SESSION });
    say('scanned');
    await until(waiting, isReady, signal);
    say('ready');
  },

  async kill({ say, signal }) {
    go(pathOf(TOUR_SESSION));
    const before = await sessionOf(TOUR_SESSION);
    await act({ act: 'kill', session: TOUR_SESSION });
    const lost = await until(before, ({ since }) => since !== before.since, signal);
    say('lost', ...howOf(lost));
    await until(before, isReady, signal);
    say('back');
  },

  async snapshot({ say, signal }) {
    go(`${pathOf(TOUR_SESSION)}#snapshots`);
    const params = { session: TOUR_SESSION };
    const taken = await operate(client, 'createSnapshot', { params }, { signal });
    say('taken', { bytes: taken.bytes }, Math.round(taken.pauseMs));
    const { ok } = await operate(client, 'verifySnapshot', { params: { ...params, snapshot: taken.id } }, { signal });
    say(ok ? 'proven' : 'notProven');
  },

  async restore({ say, signal }) {
    go(pathOf(TOUR_SESSION));
    const params = { session: TOUR_SESSION };
    const { items } = await client.call('listSnapshots', { params });
    const [newest] = items;
    if (newest === undefined) throw noSnapshot();
    const before = await sessionOf(TOUR_SESSION);
    await act({ act: 'lose', session: TOUR_SESSION });
    say('deleted');
    const held = await until(before, ({ state }) => state === 'ERROR', signal);
    say('held', { state: held.state });
    const input = { params: { ...params, snapshot: newest.id }, query: { restart: true }, body: { start: true } };
    await operate(client, 'restoreSnapshot', input, { signal });
    await until(held, isReady, signal);
    say('restored');
  },

  async move({ say, signal }) {
    go(pathOf(TOUR_SESSION));
    const before = await sessionOf(TOUR_SESSION);
    const { items } = await client.call('listMachines');
    const other = items.find(({ name }) => name !== before.machine)?.name;
    if (other === undefined) return say('noOther');
    say('moving', other);
    const params = { session: TOUR_SESSION };
    await operate(client, 'moveSession', { params, body: { machine: other } }, { signal });
    await until(before, (session) => session.machine === other && isReady(session), signal);
    say('moved', other);
  },

  async build({ say, signal }) {
    go('/');
    const { build, canary, verdict } = await serveBad(say, signal);
    say('served', build);
    say('canary', canary);
    const before = await sessionOf(canary);
    const { reason } = (await verdict).data as { reason: string };
    say('bad', reason);
    const back = await until(before, (session) => isReady(session) && session.runtime?.webVersion !== build, signal);
    say('wentBack', canary, back.runtime?.webVersion ?? '');
  },
};

/** Has a broken build served once there is a good one to go back to; resolves with who tries it, and the verdict to come. */
async function serveBad(say: Say, signal: AbortSignal) {
  const good = untilEvent((event) => isVerdict(event, 'good'), signal, VERDICT_MS);
  const bad = untilEvent((event) => isVerdict(event, 'bad'), signal, VERDICT_MS);
  // Each is awaited where it is needed, or not at all.
  for (const verdict of [good, bad]) verdict.catch(() => {});
  let answer = await act({ act: 'bad_build' });
  if (answer.build === null) {
    say('noGood');
    await good;
    answer = await act({ act: 'bad_build' });
  }
  const { build, canary } = answer;
  if (typeof build === 'string' && typeof canary === 'string') return { build, canary, verdict: bad };
  const hint = 'One must be READY. Start one, and try again.';
  throw new LeadMasterError('wrong_state', 'No session can try a build now.', hint);
}

function isReady({ state }: { state: string }): boolean {
  return state === 'READY';
}

/** While a build is tried that is told as a verdict, too. */
function isVerdict({ type, data }: LeadMasterEvent, verdict: 'good' | 'bad'): boolean {
  return type === 'build.verdict' && (data as { verdict: string }).verdict === verdict;
}

async function ensureSession(say: Say): Promise<void> {
  try {
    await sessionOf(TOUR_SESSION);
  } catch (error) {
    if (!(error instanceof LeadMasterError) || error.code !== 'session_not_found') throw error;
    await client.call('createSession', { body: { name: TOUR_SESSION } });
    say('created', TOUR_SESSION);
  }
}

function noSnapshot(): LeadMasterError {
  const hint = 'Take one first: the step before does.';
  return new LeadMasterError('snapshot_not_found', `${TOUR_SESSION} has no snapshot yet.`, hint);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

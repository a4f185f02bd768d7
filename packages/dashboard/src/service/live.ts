import { type FollowOptions, follow } from '@leadmaster/client';
import { cursorText, LeadMasterError, MACHINES_TURNED } from '@leadmaster/protocol';
import { effect, signal as signalOf } from '@preact/signals';
import { begun, client, isSignedOut, line } from './client.ts';
import { requireSameCaller } from './me.ts';
import { ask, refreshAll, refreshInView, take } from './sessions.ts';

const AGAIN_MS = 2_000;
/** Sizes, samples and the times of probes change without an event: what is shown is asked for again, at most so often. */
const LOOK_AGAIN_MS = 60_000;

/** The last event that came, and which log it is of. */
let cursor: string | null = null;
let logId = '';

/** How often another log was begun: its numbers are others, also where they look the same. */
export const logChanges = signalOf(0);

/** How often a machine has stopped answering, or answered again. */
export const machineTurns = signalOf(0);

/** How often it was time to look again at what no event tells. It moves when the hub speaks, not by a clock of the page. */
export const looksAgain = signalOf(0);
let lookedAt = performance.now();

/** Keeps the sessions as the hub has them until the signal aborts: one list, then what the events name. Called again, it reads on where it was. */
export async function keepLive(signal: AbortSignal): Promise<void> {
  // Once the line stands no event is missed: a list that is asked for then is at least as new, also after answers that were lost with the line.
  const deaf = effect(() => {
    if (line.value !== 'live') return;
    void ask(requireSameCaller);
    void refreshAll();
  });
  signal.addEventListener('abort', deaf);
  while (!signal.aborted && !isSignedOut.value) {
    const options: FollowOptions = {
      signal,
      after: cursor ?? begun.value ?? undefined,
      onLog: (id) => {
        logId = id;
      },
      onComment: hearComment,
    };
    try {
      for await (const event of follow(client, options)) {
        cursor = cursorText(event.id, logId);
        take(event);
        lookAgain();
      }
    } catch (error) {
      line.value = 'lost';
      // Another log, or one that was put back: it is read from now on.
      if (error instanceof LeadMasterError && error.code.startsWith('cursor_')) {
        cursor = begun.value = null;
        logChanges.value += 1;
      } else await pause(AGAIN_MS);
    }
  }
}

/** A comment comes every 15 s where nothing else does. */
function hearComment(comment: string): void {
  if (comment.trim() === MACHINES_TURNED) {
    machineTurns.value += 1;
    void refreshAll();
  } else lookAgain();
}

function lookAgain(): void {
  if (performance.now() - lookedAt < LOOK_AGAIN_MS) return;
  lookedAt = performance.now();
  looksAgain.value += 1;
  refreshInView();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

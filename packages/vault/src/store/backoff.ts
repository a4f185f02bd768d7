import { setTimeout as sleep } from 'node:timers/promises';
import { LeadMasterError } from '@leadmaster/protocol';

/** How often, and how far apart, a call to a store is tried. */
export interface RetryPolicy {
  /** Tries in all, the first one included. */
  attempts: number;
  /** The pause after the first failure; each further one doubles. */
  firstPauseMs: number;
  maxPauseMs: number;
  /** Between 0 and 1: half of each pause is left to chance, so that many callers do not return together. */
  random: () => number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 6,
  firstPauseMs: 250,
  maxPauseMs: 15_000,
  random: Math.random,
};

/** Only a store that could not be reached may answer another time; a refusal stays one. */
export function isUnreachable(error: unknown): error is LeadMasterError {
  return error instanceof LeadMasterError && error.code === 'store_unreachable';
}

/** The pause before the try after `failures` of them. */
export function pauseMs(policy: RetryPolicy, failures: number): number {
  const full = Math.min(policy.maxPauseMs, policy.firstPauseMs * 2 ** (failures - 1));
  return full * (0.5 + policy.random() / 2);
}

/** Waits; an abort ends the wait with the caller's own reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Does the work until it succeeds, fails for good, or has been tried often enough. */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  onFailure: (error: LeadMasterError) => void = () => undefined,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      failures++;
      if (!isUnreachable(error) || failures >= policy.attempts) throw error;
      onFailure(error);
      await pause(pauseMs(policy, failures), signal);
    }
  }
}

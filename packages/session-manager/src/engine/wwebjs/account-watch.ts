import { isDeepStrictEqual } from 'node:util';
import type { AccountLimits } from '@leadmaster/protocol';
import type { EngineEvent } from '../engine.ts';
import { limitsOf } from './account-limits.ts';
import type { AccountPreferences } from './page/account.ts';

/** Watches what WhatsApp says of the account while it is READY: its limits, and a check that its owner must pass. */
export class AccountWatch {
  readonly #emit: (event: EngineEvent) => void;
  readonly #now: () => Date;
  #limits: AccountLimits['newChats'] | null = null;
  #mustTell = true;
  #isChallenged = false;

  /** `now`: WhatsApp's time. */
  constructor(emit: (event: EngineEvent) => void, now: () => Date) {
    this.#emit = emit;
    this.#now = now;
  }

  /** READY, perhaps again: what is known is reported at the next look whether or not it has changed. */
  ready(): void {
    this.#mustTell = true;
  }

  judge(preferences: AccountPreferences): void {
    this.#judgeLimits(limitsOf(preferences, this.#now()));
    const isChallenged = isChallenge(preferences.integrity);
    if (isChallenged === this.#isChallenged) return;
    this.#isChallenged = isChallenged;
    this.#emit({ type: 'attention', reason: isChallenged ? 'integrity_challenge' : null });
  }

  #judgeLimits(said: AccountLimits['newChats'] | null): void {
    // Where WhatsApp no longer tells of a limit, the one that was told before is over.
    const open = { state: 'open', until: null, used: null, total: null } as const;
    const limits = said ?? (this.#limits === null ? null : open);
    if (limits === null || (!this.#mustTell && isDeepStrictEqual(limits, this.#limits))) return;
    this.#limits = limits;
    this.#mustTell = false;
    this.#emit({ type: 'limits', limits });
  }
}

/** `{challenge_type: PASSKEY | CAPTCHA}`; anything else that stands there counts as one too, a type of null as none. */
function isChallenge(state: unknown): boolean {
  if (state === null || state === undefined) return false;
  return !(typeof state === 'object' && 'challenge_type' in state && state.challenge_type === null);
}

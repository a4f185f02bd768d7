import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Authenticator } from './authenticate.ts';

/** Requests of one link within ten seconds: a page asks every two. */
const REQUESTS = 40;
const WITHIN_S = 10;

/** Those who have the address of a link, and no key: how often they may ask, and how long a guess takes. */
export class Visitors {
  readonly #callers: Authenticator;
  readonly #rate = new RateLimiterMemory({ points: REQUESTS, duration: WITHIN_S });

  constructor(callers: Authenticator) {
    this.#callers = callers;
  }

  /** @throws LeadMasterError `rate_limited`, and what the work throws; an unknown link waits as a wrong key does. */
  async let<T>(request: FastifyRequest<{ Params: { token: string } }>, work: () => Promise<T>): Promise<T> {
    await this.#rate.consume(request.params.token.slice(0, 64)).catch(() => {
      throw tooOften();
    });
    try {
      return await work();
    } catch (error) {
      const isGuess = error instanceof LeadMasterError && error.code === 'link_not_found';
      if (isGuess) await this.#callers.slowDown(request.ip);
      throw error;
    }
  }
}

function tooOften(): LeadMasterError {
  return new LeadMasterError('rate_limited', 'The page asks too often.', 'Close other windows with this link.', {
    extra: { retryAfter: WITHIN_S },
  });
}

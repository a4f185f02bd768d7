import { setTimeout as sleep } from 'node:timers/promises';
import {
  HUB_ROUTES,
  type HubRouteId,
  LeadMasterError,
  type Route,
  type Scope,
  type SignIn,
} from '@leadmaster/protocol';
import { isOpen, isOpenCall, keyCheck, presentedKey } from '@leadmaster/service-kit/http';
import { isLoopback } from '@leadmaster/service-kit/process';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Caller, KEYLESS, OPERATOR } from '../keys/caller.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { SignedIn, SignIns } from '../keys/sign-ins.ts';
import { isLostReader } from './lost-reader.ts';
import { refuseOperatorInput } from './operator-input.ts';
import { refuseOtherOrigin, requireOwnPage } from './own-page.ts';
import type { SignInCookie } from './sign-in-cookie.ts';

export interface AuthenticatorOptions {
  secrets: { adminKey: string; serviceToken: string };
  ring: KeyRing;
  signIns: SignIns;
  cookie: SignInCookie;
  /** The public origin; null where only this machine calls. */
  url: string | null;
  ratePerSecond: number;
  /** `open`: the routes of earlier LeadMaster services need no key from this machine itself. */
  compat: 'key' | 'open';
  /** How long a further wrong key waits, in milliseconds; for tests. */
  wrongKeyWaitMs?: number;
}

/** Wrong keys that an address may present within a minute before each further one waits. */
const WRONG_KEYS = 5;
const WRONG_KEY_WAIT_MS = 1_000;

/** Says who asks, and whether the route is for them, before anything of a request is read. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #isOperator: (presented: string) => boolean;
  readonly #rate: RateLimiterMemory;
  readonly #wrong = new RateLimiterMemory({ points: WRONG_KEYS, duration: 60 });
  readonly #callers = new WeakMap<FastifyRequest, Caller>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#isOperator = keyCheck([options.secrets.adminKey, options.secrets.serviceToken]);
    this.#rate = new RateLimiterMemory({ points: options.ratePerSecond, duration: 1 });
  }

  /** @throws LeadMasterError `misdirected`, `unauthorized`, `rate_limited`, `forbidden`, `scope_missing`. */
  async check(request: FastifyRequest): Promise<void> {
    requireOwnHost(request, this.#options.url);
    if (isOpen(request) || isLostReader(request)) return;
    const caller = await this.#callerOf(request);
    this.#callers.set(request, caller);
    await this.#limit(caller);
    requireAudience(caller, routeOf(request));
  }

  /** @throws LeadMasterError `forbidden` where a tenant gives a field that is the operator's. Runs once the request is read. */
  checkInput(request: FastifyRequest): void {
    const route = routeOf(request);
    if (route !== null && !isOpen(request)) refuseOperatorInput(this.of(request), route, request);
  }

  /** Who asks. Every request that needs a key has one once it was checked. */
  of(request: object): Caller {
    const caller = this.known(request as FastifyRequest);
    if (caller === null) throw new Error('a request was answered before its key was checked');
    return caller;
  }

  /** Makes who guesses wait: each wrong key, or unknown link, of an address beyond a few within a minute. */
  async slowDown(address: string): Promise<void> {
    const { wrongKeyWaitMs = WRONG_KEY_WAIT_MS } = this.#options;
    await this.#wrong.consume(address).catch(() => sleep(wrongKeyWaitMs));
  }

  /** Who asks; null while no key was found good. */
  known(request: FastifyRequest): Caller | null {
    return this.#callers.get(request) ?? null;
  }

  /**
   * Signs a browser in. The rate of the key counts here, too: each sign-in is kept for days.
   * @throws LeadMasterError `unauthorized`, `rate_limited`, `forbidden` where a page of another address asks for it.
   */
  async signIn(request: FastifyRequest, given: SignIn): Promise<SignedIn> {
    refuseOtherOrigin(request, this.#options.url);
    const { ip } = request;
    const caller = 'key' in given ? await this.#callerByKey(given.key, ip) : await this.#callerByCode(given.code, ip);
    await this.#limit(caller);
    return this.#options.signIns.open(caller);
  }

  /** The cookie whose sign-in a request ends; null where it brings none. @throws LeadMasterError `forbidden` */
  signingOut(request: FastifyRequest): string | null {
    const brought = this.#options.cookie.read(request);
    if (brought !== null) requireOwnPage(request, this.#options.url);
    return brought;
  }

  async #callerOf(request: FastifyRequest): Promise<Caller> {
    const presented = presentedKey(request);
    if (presented !== null) return this.#callerByKey(presented, request.ip);
    if (isOpenCall(request, this.#options.compat)) return KEYLESS;
    const { cookie, signIns, url } = this.#options;
    const brought = cookie.read(request);
    if (brought === null) throw unauthorized('The request brings no key.');
    requireOwnPage(request, url);
    const caller = await signIns.find(brought, request.ip);
    if (caller !== null) return caller;
    throw unauthorized('The sign-in has ended.');
  }

  async #callerByKey(presented: string, address: string): Promise<Caller> {
    if (this.#isOperator(presented)) return OPERATOR;
    const caller = await this.#options.ring.find(presented, address);
    if (caller !== null) return caller;
    await this.slowDown(address);
    throw unauthorized('The key is not valid here.');
  }

  async #callerByCode(code: string, address: string): Promise<Caller> {
    const caller = await this.#options.signIns.useCode(code, address);
    if (caller !== null) return caller;
    await this.slowDown(address);
    throw new LeadMasterError(
      'unauthorized',
      'The link was used, or its ten minutes are over.',
      'Print another one: ./leadmaster open',
    );
  }

  async #limit({ keyId }: Caller): Promise<void> {
    if (keyId === null) return;
    try {
      await this.#rate.consume(keyId);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new LeadMasterError(
        'rate_limited',
        `The key has sent more than ${this.#options.ratePerSecond} requests within a second.`,
        'Send again after the time that Retry-After gives, and fewer at once.',
        { extra: { retryAfter: seconds } },
      );
    }
  }
}

/** The stated route that a request is for; null where no route takes it. */
function routeOf({ routeOptions }: FastifyRequest): Route | null {
  const { routeId } = routeOptions.config;
  return routeId === undefined ? null : HUB_ROUTES[routeId as HubRouteId];
}

function requireAudience(caller: Caller, route: Route | null): void {
  if (route === null) return;
  if (route.audience === 'operator' && caller.kind !== 'operator') {
    throw new LeadMasterError('forbidden', 'This is for the operator of the installation.', 'Ask the operator.');
  }
  if (caller.sessions !== null && isBeyondSessions(route)) {
    throw new LeadMasterError(
      'forbidden',
      'The key is for some sessions alone, and this is about more.',
      'Use a key that is not limited to sessions.',
    );
  }
  requireScope(caller, route.scope);
}

/** @throws LeadMasterError `scope_missing` */
export function requireScope({ scopes }: Caller, scope: Scope): void {
  if (scopes.has(scope)) return;
  throw new LeadMasterError(
    'scope_missing',
    `The key lacks the scope "${scope}".`,
    'Use a key that has it; the operator makes keys.',
    { extra: { scope } },
  );
}

/** What is about no one session, and is not told without the sessions of others: a key for one could make itself one for all. */
function isBeyondSessions({ audience, path }: Route): boolean {
  return audience === 'operator' && !path.includes('{session}');
}

/** A name that was rebound to this machine must not open it to a page that is open in a browser here. */
function requireOwnHost({ headers }: FastifyRequest, url: string | null): void {
  const { host } = headers;
  // Links are made of it: it is a name and a port, and nothing that makes another address of what follows.
  if (host === undefined || /[@/?#\\]/.test(host) || !URL.canParse(`http://${host}`)) throw misdirected();
  const asked = new URL(`http://${host}`);
  if (isLoopback(asked.hostname)) return;
  if (url !== null && asked.hostname === new URL(url).hostname) return;
  throw misdirected();
}

function misdirected(): LeadMasterError {
  return new LeadMasterError(
    'misdirected',
    'The Host of the request is not the address of this hub.',
    'Set HUB_URL to the address that people and programs use, and restart the hub.',
  );
}

function unauthorized(detail: string): LeadMasterError {
  return new LeadMasterError(
    'unauthorized',
    detail,
    'Send "Authorization: Bearer KEY" or "X-Api-Key: KEY" with a key of this hub.',
  );
}

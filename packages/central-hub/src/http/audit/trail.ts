import { Readable } from 'node:stream';
import {
  type AuditStatement,
  auditOf,
  BEGUN,
  type ClientSessions,
  HUB_ROUTES,
  type HubRouteId,
  LeadMasterError,
  type Route,
} from '@leadmaster/protocol';
import { type ClientCall, type HttpApp, presentedKey } from '@leadmaster/service-kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Caller, KEYLESS } from '../../keys/caller.ts';
import { parseKey } from '../../keys/key-text.ts';
import type { AuditLog } from '../../store/audit-log.ts';
import type { AuditEntry } from '../../store/audit-rows.ts';
import { sessionMeant } from '../meant.ts';
import { isShown, type Outcome, outcomeOf } from './outcome.ts';
import { Seldom, UNKNOWN } from './seldom.ts';
import { madeIn, subjectOf, textOf } from './subject.ts';

/** What a handler knows of a request and its statement does not tell: who opened a route without a key, and what it is about. */
export type Noted = Partial<Pick<AuditEntry, 'actor' | 'target' | 'tenant' | 'session'>>;

/** How far a request stands in the audit. */
interface Traced {
  /** The line that was written before it was done. */
  begun: number | null;
  /** Nothing more is to be written of it. */
  isOver: boolean;
  noted: Noted;
}

interface Audited {
  route: Route;
  statement: AuditStatement;
  /** It answers without a key: its handler alone can know who asks. */
  isOpen: boolean;
}

export interface TrailOptions {
  log: Logger;
  audit: AuditLog;
  /** Who asks; null where no key was found good. */
  callerOf: (request: FastifyRequest) => Caller | null;
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
}

/** Refusals that say nothing of the request itself, and may come in any number. */
const NOT_WRITTEN = [401, 421, 429];
/** Headers that describe an answer which is not sent after all. */
const OF_THE_ANSWER = ['content-disposition', 'x-snapshot-bytes', 'location', 'etag'];

/**
 * Writes the audit: the one place that sees every request and its answer. A change has a line before it is done, and is refused
 * where that cannot be written; its result is another line, before the caller hears of it. What only shows a login changes
 * nothing: its line is written before the answer leaves.
 */
export class AuditTrail {
  readonly #options: TrailOptions;
  readonly #seldom = new Seldom();
  readonly #traced = new WeakMap<FastifyRequest, Traced>();

  constructor(options: TrailOptions) {
    this.#options = options;
  }

  /** Hears every request of an app. Called after the hooks that refuse a request, and before its routes. */
  watch(app: HttpApp): void {
    app.addHook('preHandler', async (request) => this.#begin(request));
    app.addHook('onSend', async (request, reply, payload) => {
      await this.#settle(request, reply, payload);
      return payload;
    });
  }

  /** Adds what the handler of a request knows to its line. */
  note(request: FastifyRequest, noted: Noted): void {
    const traced = this.#of(request);
    traced.noted = { ...traced.noted, ...noted };
  }

  /** Tells who asks, where the handler of a route without a key has found that out. */
  by(request: FastifyRequest, caller: Caller): void {
    this.note(request, { actor: actorOf(caller), tenant: caller.tenant });
  }

  /**
   * Writes an act of a route that the contract does not state, such as a page. What it does is done once this has resolved.
   *
   * @throws LeadMasterError where the line cannot be written.
   */
  async act(request: FastifyRequest, action: string, noted: Required<Noted>): Promise<void> {
    await this.#options.audit.append({ ...noted, action, from: request.ip, result: 'ok', detail: {}, begun: null });
  }

  /** Writes that a change begins. A route without a key changes something only after its handler has found out who asks. */
  async #begin(request: FastifyRequest): Promise<void> {
    const audited = auditedIn(request);
    if (audited === null || isHeld(audited)) return;
    const traced = this.#of(request);
    try {
      const line = this.#entry(request, audited, { result: BEGUN, status: 0, answer: {} });
      traced.begun = (await this.#options.audit.append(line)).id;
    } catch (error) {
      // That it was refused for this cannot be written, either.
      traced.isOver = true;
      throw error;
    }
  }

  async #settle(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
    const traced = this.#of(request);
    if (traced.isOver) return;
    traced.isOver = true;
    const audited = auditedIn(request);
    // A key that is revoked while its request is carried out was good when that began.
    const isWrongKey = reply.statusCode === 401 && traced.begun === null && audited?.isOpen !== true;
    if (isWrongKey) return this.#wrongKey(request);
    if (audited === null) return;
    const outcome = outcomeOf(reply.statusCode, payload);
    if (traced.begun !== null) return this.#end(request, audited, outcome);
    if (outcome.status >= 400) return this.#refused(request, audited, outcome);
    if (isHeld(audited)) await this.#show(request, reply, payload, { ...audited, outcome });
  }

  /** The change is made, and is told as made, also where its line cannot be written: the one of its begin stays. */
  async #end(request: FastifyRequest, audited: Audited, outcome: Outcome): Promise<void> {
    const { audit, log } = this.#options;
    try {
      await audit.append(this.#entry(request, audited, { ...outcome, result: leftOr(request, outcome) }));
    } catch (error) {
      log.error({ err: error, action: audited.route.id }, 'the result of a change could not be written into the audit');
    }
  }

  /** A request that was refused before anything was done. */
  async #refused(request: FastifyRequest, audited: Audited, outcome: Outcome): Promise<void> {
    const { status } = outcome;
    if (status >= 500 || (NOT_WRITTEN.includes(status) && !audited.isOpen)) return;
    // That there is no QR now is no refusal; earlier services are told it by a 404 without a code.
    const isRefusal = (status === 403 || status === 404) && typeof outcome.answer.code === 'string';
    if (audited.route.method === 'GET' && !isRefusal) return;
    await this.#tryToWrite(this.#entry(request, audited, outcome));
  }

  /** What shows a login, or opens something to a caller without a key, leaves once its line is there. */
  async #show(
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    { outcome, ...audited }: Audited & { outcome: Outcome },
  ): Promise<void> {
    const isRead = audited.route.method === 'GET';
    if (isRead && !isShown(audited.statement, outcome)) return;
    const { audit } = this.#options;
    const entry = this.#entry(request, audited, outcome);
    try {
      // What an unknown caller may ask for again and again must not fill the audit, either.
      const isSeldom = isRead || entry.actor === UNKNOWN;
      await (isSeldom ? this.#seldom.write(entry, (line) => audit.append(line)) : audit.append(entry));
    } catch (error) {
      if (payload instanceof Readable) payload.destroy();
      for (const name of OF_THE_ANSWER) reply.removeHeader(name);
      throw error;
    }
  }

  /** A key that opens nothing was presented. The part of it that may be shown finds one that was revoked. */
  async #wrongKey(request: FastifyRequest): Promise<void> {
    const presented = presentedKey(request);
    if (presented === null) return;
    const id = parseKey(presented)?.id;
    const of = { tenant: null, session: null, detail: {}, begun: null };
    const target = id === undefined ? '' : `key:${id}`;
    await this.#tryToWrite({
      ...{ actor: UNKNOWN, action: 'wrongKey', target, from: request.ip, result: 'unauthorized' },
      ...of,
    });
  }

  async #tryToWrite(entry: AuditEntry): Promise<void> {
    const { audit, log } = this.#options;
    try {
      await this.#seldom.write(entry, (line) => audit.append(line));
    } catch (error) {
      log.warn({ err: error, action: entry.action }, 'a refusal could not be written into the audit');
    }
  }

  #entry(request: FastifyRequest, { route, statement }: Audited, { result, status, answer }: Outcome): AuditEntry {
    const caller = this.#options.callerOf(request);
    const { noted, begun } = this.#of(request);
    const { params, query, body, headers } = request;
    const asked = { params, query, body, headers, meant: this.#meantBy(route, caller, request) };
    const { target, ...subject } = subjectOf(route, statement, caller, asked);
    const made = status === 0 || status >= 400 ? [] : madeIn(route, statement, status, answer);
    return {
      actor: actorOf(caller),
      action: route.id,
      from: request.ip,
      result,
      begun,
      ...subject,
      target: [target, textOf(made)].filter((part) => part !== '').join(' '),
      ...noted,
    };
  }

  /** Only the map of clients tells which session an earlier service means. */
  #meantBy({ compat }: Route, caller: Caller | null, request: FastifyRequest): string | null {
    if (compat === undefined || caller === null) return null;
    try {
      return sessionMeant(this.#options.compatSessions, caller, request as ClientCall);
    } catch (error) {
      // A request that contradicts itself, or names no client that there is, means no session.
      if (error instanceof LeadMasterError) return null;
      throw error;
    }
  }

  #of(request: FastifyRequest): Traced {
    const traced = this.#traced.get(request) ?? { begun: null, isOver: false, noted: {} };
    this.#traced.set(request, traced);
    return traced;
  }
}

/** The stated route that a request is for, where it leaves a line. */
function auditedIn({ routeOptions }: FastifyRequest): Audited | null {
  const { routeId } = routeOptions.config;
  const route: Route | undefined = routeId === undefined ? undefined : HUB_ROUTES[routeId as HubRouteId];
  const statement = route === undefined ? null : auditOf(route);
  const isOpen = routeOptions.config.open === true;
  return route === undefined || statement === null ? null : { route, statement, isOpen };
}

/** Whether its one line is written before its answer leaves, rather than before it is done. */
function isHeld({ route, isOpen }: Audited): boolean {
  return route.method === 'GET' || isOpen;
}

function actorOf(caller: Caller | null): string {
  if (caller === null) return UNKNOWN;
  if (caller === KEYLESS) return 'open';
  return caller.keyId === null ? 'operator' : `key:${caller.keyId}`;
}

/** What was given up with its caller ends with an error of no code; whether it was done is not known. */
function leftOr({ raw }: FastifyRequest, { result }: Outcome): string {
  return result === 'internal' && raw.socket.destroyed ? 'caller_left' : result;
}

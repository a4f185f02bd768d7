import { isDeepStrictEqual } from 'node:util';
import {
  ERRORS,
  type ErrorCode,
  errorsOf,
  failuresOf,
  goodAnswersOf,
  problemBody,
  type Route,
} from '@leadmaster/protocol';
import type { Reply } from './exchange.ts';
import { type Ask, isOdd, isTaken } from './requests.ts';

/** The kinds of faults that are told apart. */
export type FaultKind =
  | 'internal error'
  | 'undeclared status'
  | 'undeclared code'
  | 'undeclared type'
  | 'body out of contract'
  | 'no problem'
  | 'good request refused'
  | 'bad request taken'
  | 'open without a key'
  | 'wrong refusal of a key'
  | 'secret told'
  | 'no answer'
  | 'hang'
  | 'not serving'
  | 'refused and yet done';

export type Finding = readonly [kind: FaultKind, detail: string];

/** What is wrong with the answer to a request. */
export function judge(ask: Ask, reply: Reply, secrets: readonly string[]): Finding[] {
  const told = [...secrets, ...(ask.key.hidden ?? [])].filter((secret) => reply.text.includes(secret));
  return [...told.map((): Finding => ['secret told', shown(reply)]), ...judgeAnswer(ask, reply)];
}

function judgeAnswer(ask: Ask, reply: Reply): Finding[] {
  const { status } = reply;
  if (status === null) return reply.left || ask.oddities.length > 0 ? [] : [['no answer', 'the connection was closed']];
  const body = jsonOf(reply);
  if (status === 500 && codeOf(body) !== 'SEND_FAILED') return [['internal error', shown(reply)]];
  const refusals = ask.key.refuses(ask.route);
  const isBroken = ask.oddities.some(({ bytes }) => bytes !== undefined) || mayBeAnother(ask);
  if (refusals !== null && status < 400 && !isBroken) return [['open without a key', shown(reply)]];
  if (isOdd(ask)) return judgeOdd(ask, reply, body);
  if (refusals !== null && !refusals.includes(status)) return [['wrong refusal of a key', shown(reply)]];
  return [...judgeTaking(ask, reply, body), ...judgeByContract(ask, reply, body)];
}

/** Whether it may have become a request for another route, which its key opens. */
function mayBeAnother({ key, oddities }: Ask): boolean {
  return key.isPartial === true && oddities.some(({ name }) => name === 'method' || name === 'path');
}

/** For requests outside the contract: the answer is a problem, and nothing fails inside. */
function judgeOdd(ask: Ask, reply: Reply, body: unknown): Finding[] {
  const { status, left, headers, text } = reply;
  // The answer to a HEAD has no body, and one that this side left may be half.
  if (status === null || status < 400 || left || (body === undefined && /^HTTP\/1.1 .*\r\n\r\n$/s.test(text)))
    return [];
  const isCompat = ask.route.compat !== undefined && headers['content-type']?.startsWith('application/json') === true;
  if (isCompat || isPage(ask, reply)) return [];
  const problem = problemBody.safeParse(body);
  if (!problem.success || problem.data.status !== status || !isType(reply, 'application/problem+json'))
    return [['no problem', shown(reply)]];
  if (status < 500 || errorsOf(ask.route).has(problem.data.code as ErrorCode)) return [];
  return [['undeclared code', shown(reply)]];
}

/** A path that is odd may be one of a page, which the contract does not state: it refuses a browser with a page. */
function isPage({ route, oddities }: Ask, reply: Reply): boolean {
  const isOddPath = oddities.some(({ name }) => name === 'path');
  return isOddPath && route.path.startsWith('/link/') && isType(reply, 'text/html');
}

function judgeTaking(ask: Ask, reply: Reply, body: unknown): Finding[] {
  const { status } = reply;
  if (ask.key.refuses(ask.route) !== null || status === null) return [];
  const taken = isTaken(ask);
  if (taken === true && codeOf(body).toLowerCase() === 'invalid_request')
    return [['good request refused', shown(reply)]];
  if (taken === false && (status < 400 || status > 499)) return [['bad request taken', shown(reply)]];
  return [];
}

/** Status, type, fields and code, as the route states them. */
function judgeByContract({ route }: Ask, reply: Reply, body: unknown): Finding[] {
  const { status } = reply;
  const answers = { ...goodAnswersOf(route), ...failuresOf(route) } as ReturnType<typeof goodAnswersOf>;
  const answer = answers[status ?? 0];
  if (status === null) return [];
  if (answer === undefined) return [['undeclared status', shown(reply)]];
  if (!('content' in answer)) return reply.body === '' ? [] : [['body out of contract', shown(reply)]];
  const type = Object.keys(answer.content).find((each) => isType(reply, each));
  if (type === undefined) return [['undeclared type', `${reply.headers['content-type']}: ${shown(reply)}`]];
  if (reply.left || !type.endsWith('json')) return [];
  const parsed = answer.content[type]?.schema.safeParse(body);
  if (parsed?.success !== true) return [['body out of contract', `${parsed?.error.message}: ${shown(reply)}`]];
  // Errors carry facts of their own; a good answer has the fields that it states, and no other.
  if (status < 400)
    return isDeepStrictEqual(plain(parsed.data), body)
      ? []
      : [['body out of contract', `undeclared fields: ${shown(reply)}`]];
  return type === 'application/problem+json' ? judgeProblem(route, reply, body) : [];
}

function judgeProblem(route: Route, reply: Reply, body: unknown): Finding[] {
  const { code, status } = problemBody.parse(body);
  const isStated = errorsOf(route).has(code as ErrorCode) || (route.compat !== undefined && code === 'unauthorized');
  if (!isStated) return [['undeclared code', shown(reply)]];
  return status === reply.status && ERRORS[code as ErrorCode].status === status ? [] : [['no problem', shown(reply)]];
}

function isType({ headers }: Reply, type: string): boolean {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() === type;
}

function jsonOf({ headers, body }: Reply): unknown {
  if (!/json/.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function codeOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
}

/** As it reads once it was sent: without what is undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function shown({ status, body, text }: Reply): string {
  return `${status ?? 'nothing'} ${(body || text).slice(0, 400)}`;
}

/** The finding for a request that got no answer at all. */
export function judgeFailure(error: unknown): Finding {
  const text = error instanceof Error ? error.message : String(error);
  return [/^no answer/.test(text) ? 'hang' : 'not serving', text];
}

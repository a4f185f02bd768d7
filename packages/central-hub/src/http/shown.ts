import {
  ERRORS,
  type ErrorCode,
  goodAnswersOf,
  hubSession,
  type Route,
  session as sessionSchema,
  tenantOf,
} from '@leadmaster/protocol';
import { type Caller, ownName } from '../keys/caller.ts';

/** What an answer of a machine is about. */
export interface Shown {
  route: Route;
  /** The full name. */
  session: string;
  machine: string;
  asOf: Date;
}

/** What only the operator sees, by the field's name: where and how a session runs. */
const OPERATOR_FIELDS: ReadonlySet<string> = new Set(['runtime', 'path', 'folders', 'pid', 'host', 'machine']);
/** Fields that hold the name of a session, or a sentence of ours. Texts from outside are never touched. */
const NAMED: ReadonlySet<string> = new Set(['name', 'session', 'sessions', 'target', 'location']);
const SENTENCES: ReadonlySet<string> = new Set(['detail', 'hint', 'message', 'title']);
/** Fields whose value is of people or of WhatsApp: handed on as they are. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'metadata',
  'account',
  'text',
  'sender',
  'recipient',
  'chat',
  'contact',
]);

/** The answer of a machine as a caller may see it. */
export function shown(
  caller: Caller,
  { route, session, machine, asOf }: Shown,
  said: unknown,
  status: number,
): unknown {
  const isSession = status < 300 && answersSession(route);
  const whole = isSession ? { ...(said as object), ...hubFields(session, machine, asOf) } : said;
  return caller.kind === 'operator' ? whole : forTenant(caller, whole);
}

/** What the hub adds to a session. */
export function hubFields(session: string, machine: string, asOf: Date) {
  return { tenant: tenantOf(session), machine, asOf: asOf.toISOString() };
}

/** A value as a tenant may see it: its sessions by their own names, and nothing of the machine. */
export function forTenant(caller: Caller, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => forTenant(caller, item));
  if (typeof value !== 'object' || value === null) return value;
  const isProblem = 'code' in value && 'title' in value;
  const fields = Object.entries(value).map(([name, inner]) => [name, fieldFor(caller, name, inner)]);
  const seen = Object.fromEntries(fields);
  return isProblem ? withoutMachine(seen) : seen;
}

function fieldFor(caller: Caller, name: string, value: unknown): unknown {
  if (OPERATOR_FIELDS.has(name)) return null;
  if (FROM_OUTSIDE.has(name)) return value;
  if (typeof value === 'string') {
    if (NAMED.has(name)) return ownName(caller, value);
    return SENTENCES.has(name) ? sentenceFor(caller, value) : value;
  }
  if (NAMED.has(name) && Array.isArray(value)) return value.map((each) => ownName(caller, String(each)));
  return forTenant(caller, value);
}

/** A sentence with the tenant's sessions by their own names. One that names a path or a command of the machine is left out. */
function sentenceFor({ tenant }: Caller, text: string): string {
  const named = text.replaceAll(new RegExp(`(?<![a-z0-9_.-])${tenant}\\.(?=[a-z0-9])`, 'g'), '');
  return namesMachine(named) ? '' : named;
}

function namesMachine(text: string): boolean {
  return /(^|[\s"'(])(\.{0,2}\/|[A-Z]:\\)[\w.-]|\.\/leadmaster|\bpid\b|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+=/.test(text);
}

/** A problem keeps its code; a detail that was left out is said by the code's title. */
function withoutMachine(problem: Record<string, unknown>): Record<string, unknown> {
  const { code, detail } = problem;
  if (detail !== '') return problem;
  return { ...problem, detail: ERRORS[code as ErrorCode]?.title ?? 'The request failed' };
}

function answersSession(route: Route): boolean {
  return Object.values(goodAnswersOf(route)).some(
    (answer) =>
      'content' in answer && [sessionSchema, hubSession].includes(answer.content['application/json']?.schema as never),
  );
}

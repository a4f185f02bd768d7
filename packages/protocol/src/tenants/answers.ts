import { z } from 'zod';
import type { ActionFields } from '../actions.ts';
import { type AnyEvent, EVENTS, type EventStatement, event } from '../events/index.ts';
import { goodAnswersOf, ROUTES, type Route, type RouteStatement } from '../routes/index.ts';
import { type Operation, operation } from '../snapshots.ts';
import { adviceForTenant } from './advice.ts';
import { compatProblemForTenant, problemForTenant } from './problems.ts';
import { seenOf } from './seen.ts';
import { nameForTenant, wordForTenant } from './words.ts';

/** In the place of what is another's. Goes up to the next list, or field that may be missing: that is without it. */
const FOREIGN = Symbol('of another');

type Fields = Record<string, unknown>;
/** What a tenant is told of a value: undefined where it is not of the form that is stated. */
type See = (value: unknown, tenant: string) => unknown;

/** Made once for each form: an answer may hold thousands of fields. */
const made = new WeakMap<z.ZodType, See>();

/**
 * The JSON answer of a manager's route as a tenant is told it: its own names, no path, process or machine, and nothing of
 * another's. It is still of the form that the route states. What the contract does not state, or states otherwise, is left out.
 *
 * `status`: what it came with; errors are told by their code. Null where there is nothing to tell: a route of the operator, or
 * an answer about a session that is not the tenant's.
 */
export function answerForTenant(
  route: Route,
  tenant: string,
  { status, body }: { status: number; body: unknown },
): unknown {
  if (route.audience === 'operator') return null;
  const schema = schemaOf(route, status);
  if (schema !== null) return orNull(seeing(schema)(body, tenant)) ?? null;
  if (status < 400 || !isFields(body)) return null;
  return route.compat !== undefined && status !== 401
    ? compatProblemForTenant(body, tenant)
    : problemForTenant(body, tenant);
}

/** An event as a tenant is told it; null where it is not the tenant's, or of a type that this version does not know. */
export function eventForTenant(told: AnyEvent, tenant: string): AnyEvent | null {
  const statement: EventStatement | undefined = (EVENTS as Record<string, EventStatement>)[told.type];
  const session = nameForTenant(told.session, tenant);
  if (statement === undefined || statement.audience === 'operator' || session === null) return null;
  const data = seeing(statement.data)(told.data, tenant);
  if (!isFields(data)) return null;
  for (const field of statement.operatorFields ?? []) delete data[field];
  return { id: told.id, session, type: told.type, at: told.at, data };
}

function schemaOf(route: RouteStatement, status: number): z.ZodType | null {
  const answer = goodAnswersOf(route)[status];
  return answer !== undefined && 'content' in answer ? (answer.content['application/json']?.schema ?? null) : null;
}

function seeing(schema: z.ZodType): See {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const see = byMark(schema) ?? byForm(schema);
  made.set(schema, see);
  return see;
}

function byMark(schema: z.ZodType): See | null {
  if (schema === operation) return (value, tenant) => seeOperation(value as Operation, tenant);
  if (schema === event) return (value, tenant) => eventForTenant(value as AnyEvent, tenant) ?? FOREIGN;
  switch (seenOf(schema)) {
    case 'operator':
      return () => blank(schema);
    case 'word':
      return wordForTenant;
    case 'name':
      return (value, tenant) => nameForTenant(value, tenant) ?? FOREIGN;
    default:
      return null;
  }
}

function byForm(schema: z.ZodType): See {
  if (schema instanceof z.ZodOptional) return seeing(inner(schema));
  if (schema instanceof z.ZodNullable) {
    const see = seeing(inner(schema));
    return (value, tenant) => (value === null ? null : orNull(see(value, tenant)));
  }
  if (schema instanceof z.ZodArray) return seeingEach(seeing(schema.element as z.ZodType));
  if (schema instanceof z.ZodUnion) return seeingOne(schema.options as z.ZodType[]);
  if (schema instanceof z.ZodObject) return seeingFields(schema);
  // What is not stated is not told.
  if (schema instanceof z.ZodUnknown) return () => undefined;
  return (value) => (schema.safeParse(value).success ? value : undefined);
}

function seeingEach(see: See): See {
  const isTold = (seen: unknown): boolean => seen !== FOREIGN && seen !== undefined;
  return (value, tenant) => (Array.isArray(value) ? value.map((one) => see(one, tenant)).filter(isTold) : undefined);
}

/** By the fields that tell the forms apart: an earlier version has left out others. */
function seeingOne(options: readonly z.ZodType[]): See {
  return (value, tenant) => {
    const option = options.find((one) => isOf(one, value));
    return option === undefined ? undefined : seeing(option)(value, tenant);
  };
}

function isOf(schema: z.ZodType, value: unknown): boolean {
  if (!(schema instanceof z.ZodObject && isFields(value))) return schema.safeParse(value).success;
  const shape = Object.entries<z.ZodType>(schema.shape);
  const telling = shape.filter(([, field]) => field instanceof z.ZodLiteral || field instanceof z.ZodEnum);
  return telling.every(([name, field]) => value[name] === undefined || field.safeParse(value[name]).success);
}

function seeingFields({ shape }: z.ZodObject): See {
  const stated = Object.entries<z.ZodType>(shape).filter(([, field]) => seenOf(field) !== 'advice');
  const fields = stated.map(([name, field]) => ({ name, see: seeing(field), mayMiss: field instanceof z.ZodOptional }));
  const isAdvised = 'action' in shape;
  return (value, tenant) => {
    if (!isFields(value)) return undefined;
    const told: Fields = {};
    for (const { name, see, mayMiss } of fields) {
      const seen = see(value[name], tenant);
      if (seen === FOREIGN && !mayMiss) return FOREIGN;
      if (seen !== FOREIGN && seen !== undefined) told[name] = seen;
    }
    return isAdvised ? { ...told, ...adviceForTenant(value as { hint?: unknown } & ActionFields, tenant) } : told;
  };
}

/** A long call: its result is the answer of the route that began it. */
function seeOperation(told: Operation, tenant: string): unknown {
  const session = nameForTenant(told.session, tenant);
  const route = Object.values<Route>(ROUTES).find(({ long }) => long === told.kind);
  if (session === null || route === undefined || route.audience === 'operator') return FOREIGN;
  const [schema = null] = Object.keys(route.answers).map((status) => schemaOf(route, Number(status)));
  const { id, revision, kind, state, progress, startedAt, endedAt, result, error } = told;
  return {
    ...{ id, revision, kind, session, state, startedAt, endedAt },
    progress: { phase: wordForTenant(progress.phase), done: progress.done, total: progress.total },
    result: schema === null || result == null ? null : (orNull(seeing(schema)(result, tenant)) ?? null),
    error: error === null ? null : problemForTenant(error, tenant),
  };
}

/** In the place of what is the operator's: nothing, of the form that is stated. */
function blank(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodOptional) return undefined;
  if (schema instanceof z.ZodNullable) return null;
  return schema instanceof z.ZodArray ? [] : '';
}

function inner(schema: z.ZodNullable | z.ZodOptional): z.ZodType {
  return schema.unwrap() as z.ZodType;
}

function orNull(seen: unknown): unknown {
  return seen === FOREIGN ? null : seen;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

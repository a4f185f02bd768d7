import { z } from 'zod';
import type { AuditKind, AuditStatement } from '../audit.ts';
import type { RouteStatement } from './route.ts';

/** The parts of a path that may stand in a line. No number of a phone, no chat, no token. */
export const AUDITED_PARAMS = [
  ...['session', 'snapshot', 'message', 'tenant', 'key', 'link', 'machine'],
  ...['operation', 'entry', 'hub'],
] as const;

/** Fields that name the same thing in every route. */
export const AUDITED_NAMES: Readonly<Record<string, AuditKind>> = {
  session: 'session',
  tenant: 'tenant',
  machine: 'machine',
};

/**
 * What is written of a route; null where it leaves no line. Every route that is no GET leaves one without stating it, so that a
 * change which is added later is audited from its first day.
 */
export function auditOf({ method, audit }: RouteStatement): AuditStatement | null {
  return audit ?? (method === 'GET' ? null : {});
}

/** Whether a line of a route tells of a change of what a hub knows, which a backup of it holds. */
export function changesHub({ method, audit }: RouteStatement): boolean {
  return method !== 'GET' && audit?.changesHub !== false;
}

/** The fields of the query and the body whose values can hold nothing private: yes or no, or some of a few words. */
export function plainFieldsOf({ query, body }: RouteStatement): ReadonlySet<string> {
  const schemas = [query, body].filter((schema) => schema !== undefined);
  return new Set(schemas.flatMap((schema) => plainFields(shapeOf(schema))));
}

interface Shape {
  type?: string;
  enum?: unknown;
  const?: unknown;
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: z.registry() }) as Shape;
}

function plainFields({ properties = {}, anyOf = [] }: Shape): string[] {
  const own = Object.entries(properties).filter(([, shape]) => isPlain(shape));
  return [...own.map(([name]) => name), ...anyOf.flatMap(plainFields)];
}

function isPlain({ type, enum: words, const: word, anyOf, items }: Shape): boolean {
  if (anyOf !== undefined) return anyOf.every((shape) => isPlain(shape));
  if (type === 'array') return items !== undefined && isPlain(items);
  return words !== undefined || word !== undefined || ['boolean', 'null'].includes(type ?? '');
}

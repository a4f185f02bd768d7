import { z } from 'zod';
import type { Operation, Schema } from './description.ts';
import type { Attempt } from './generate.ts';
import { parseJson } from './json.ts';
import type { Reply } from './wire.ts';

/** Refusals that HTTP itself may bring, whatever the route says of itself. */
const ANYWHERE = new Set([400, 401, 404, 405, 408, 413, 415, 417, 431]);

const problem = z.looseObject({
  type: z.string().startsWith('urn:leadmaster:error:'),
  title: z.string().min(1),
  status: z.number(),
  code: z.string().min(1),
  detail: z.string(),
  hint: z.string().min(1),
});

const validators = new Map<Schema, z.ZodType>();

function matches(schema: Schema, value: unknown): string | null {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    validators.set(schema, validator);
  }
  const result = validator.safeParse(value);
  return result.success ? null : (result.error.issues[0]?.message ?? 'does not match');
}

/** What is wrong with an answer; empty when nothing is. */
export function judge(attempt: Attempt, reply: Reply): string[] {
  const { operation } = attempt;
  if (reply.status === null) return attempt.broken || attempt.endless ? [] : ['closed without an answer'];
  const wrong: string[] = [];
  const { status } = reply;
  const isHead = attempt.line.startsWith('HEAD ');
  const type = reply.headers['content-type'] ?? '';
  const body = /json/.test(type) && !isHead ? parseJson(reply.body) : undefined;
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';

  if (status === 500 && code !== 'SEND_FAILED') wrong.push(`500: ${reply.body.slice(0, 300)}`);
  // The answer to a HEAD has no body that could name its code.
  if (status >= 502 && !isHead && !isDocumented(operation, status, code)) {
    wrong.push(`${status} ${code} is not documented`);
  }
  if (status >= 400 && !reply.left && !isHead) wrong.push(...judgeError(operation, status, type, body));
  if (attempt.broken) return wrong;

  if (attempt.key !== 'good' && operation?.open !== true && status < 400) wrong.push(`${status} without a good key`);
  if (attempt.valid && [400, 404, 405, 406, 413, 415].includes(status) && !isMissing(code)) {
    wrong.push(`a valid request was refused: ${status} ${reply.body.slice(0, 300)}`);
  }
  if (attempt.valid && attempt.key !== 'good' && operation?.open !== true && status !== 401)
    wrong.push(`${status}, not 401`);
  if (attempt.valid && operation !== null && operation.responses[String(status)] === undefined) {
    wrong.push(`status ${status} is not documented`);
  }
  if (attempt.valid && status < 300 && body !== undefined && !reply.left) {
    const schema = operation?.responses[String(status)]?.content['application/json'];
    const mismatch = schema === undefined ? 'no schema' : matches(schema, body);
    if (mismatch !== null) wrong.push(`the answer is not as described (${mismatch}): ${reply.body.slice(0, 300)}`);
  }
  return wrong;
}

/** Codes that a good request may well meet: what it is about is not there. */
function isMissing(code: string): boolean {
  return code.endsWith('_not_found') || code === 'INVALID_REQUEST' || code === '';
}

function isDocumented(operation: Operation | null, status: number, code: string): boolean {
  const answer = operation?.responses[String(status)];
  return answer !== undefined && (operation?.compat === true || answer.description.includes(`\`${code}\``));
}

function judgeError(operation: Operation | null, status: number, type: string, body: unknown): string[] {
  const isProblem = type.startsWith('application/problem+json');
  if (isProblem) {
    const parsed = problem.safeParse(body);
    if (!parsed.success) return [`the problem lacks parts: ${JSON.stringify(body)}`];
    if (parsed.data.status !== status) return [`the problem says ${parsed.data.status}, the answer ${status}`];
    if (!ANYWHERE.has(status) && operation !== null && operation.responses[String(status)] === undefined) {
      return [`status ${status} is not documented`];
    }
    return [];
  }
  const compat = z.union([
    z.looseObject({ code: z.string(), message: z.string() }),
    z.looseObject({ error: z.string(), currentStatus: z.string() }),
  ]);
  if (operation?.compat === true && compat.safeParse(body).success) return [];
  return [`${status} is not problem+json but ${type === '' ? 'nothing' : type}`];
}

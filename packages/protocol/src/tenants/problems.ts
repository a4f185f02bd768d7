import { z } from 'zod';
import type { ActionFields } from '../actions.ts';
import { ERRORS, type ErrorCode, sentence } from '../errors.ts';
import { OWN_NAME_RULE } from '../name-rules.ts';
import type { Problem } from '../problem.ts';
import { wordOf } from '../word-of.ts';
import { adviceForTenant } from './advice.ts';
import { wordForTenant } from './words.ts';

/** What was wrong with a request is known by its code and by the fields that it names. */
const HINTS: Readonly<Record<string, string>> = {
  invalid_request: 'Correct what is listed in "errors"; see /docs for the rules.',
  invalid_session_name: `Choose another: ${OWN_NAME_RULE}.`,
  number_refused: 'Link another number.',
};

const time = z.iso.datetime();
const word = z.string().transform(wordForTenant);
const id = z.string().regex(/^[\w-]{1,128}$/);

/** Members beside the standard ones that a tenant may read, each where it is of this form. */
const MEMBERS: Readonly<Record<string, z.ZodType>> = {
  ...{ state: word, reason: word, feature: word },
  ...{ retryAt: time, passkeyUntil: time, lastWrittenAt: time, newerByMs: z.number() },
  ...{ messageId: id, newestSnapshot: id },
};

/** A field of the tenant's own request that was wrong. What is said of it is our sentence on a rule. */
const fieldErrors = z.array(z.object({ in: z.string(), path: z.string(), message: z.string() }));

/**
 * An error as a tenant is told it: its code, in words that name no session, path or machine. What is absent and what is another
 * tenant's read alike.
 */
export function problemForTenant(problem: Readonly<Record<string, unknown>>, tenant: string): Problem {
  const code = wordForTenant(problem.code) || 'internal';
  const title = ERRORS[code as ErrorCode]?.title ?? 'Not possible now';
  const errors = fieldErrors.safeParse(problem.errors);
  const hint = wordOf(HINTS, code);
  return {
    ...membersOf(problem),
    ...(errors.success ? { errors: errors.data } : {}),
    type: `urn:leadmaster:error:${code}`,
    title,
    status: typeof problem.status === 'number' ? problem.status : (ERRORS[code as ErrorCode]?.status ?? 500),
    code,
    detail: errors.success ? errors.data.map(fieldError).join('; ') : sentence(title),
    ...(hint === null ? adviceForTenant(problem as { hint?: unknown } & ActionFields, tenant) : { hint }),
  };
}

function fieldError({ in: place, path, message }: z.infer<typeof fieldErrors>[number]): string {
  return `${[place, path].filter((part) => part !== '').join('.')}: ${message}`;
}

function membersOf(problem: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read = Object.entries(MEMBERS).map(([name, form]) => [name, form.safeParse(problem[name]).data]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** An error of the routes for earlier LeadMaster services as a tenant is told it. */
export function compatProblemForTenant(problem: Readonly<Record<string, unknown>>, tenant: string): object {
  const code = String(problem.code).toLowerCase();
  const told = problemForTenant({ ...problem, code }, tenant);
  const { detail, hint } = told;
  // Why a session cannot send is a code of ours.
  const reason = wordForTenant(problem.reason);
  const why = ERRORS[reason as ErrorCode];
  const message = why === undefined ? detail : sentence(why.title);
  const known = { success: false, error: message, code: told.code.toUpperCase(), message, hint };
  return why === undefined ? known : { ...known, reason };
}

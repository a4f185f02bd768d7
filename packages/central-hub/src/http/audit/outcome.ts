import type { AuditStatement } from '@leadmaster/protocol';

/** What a request came to, by its answer. */
export interface Outcome {
  /** `ok`, `accepted`, or the code of the error. */
  result: string;
  status: number;
  /** The answer, where it is JSON. */
  answer: Record<string, unknown>;
}

export function outcomeOf(status: number, payload: unknown): Outcome {
  const answer = typeof payload === 'string' ? parsed(payload) : {};
  return { result: resultOf(status, answer), status, answer };
}

function resultOf(status: number, { code }: Record<string, unknown>): string {
  if (status < 400) return status === 202 ? 'accepted' : 'ok';
  // Routes for earlier services say the same codes in capitals; some have none.
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code.toLowerCase() : `status_${status}`;
}

/** Whether a good answer of a route that only reads shows a login. */
export function isShown({ shows = [] }: AuditStatement, { status, answer }: Outcome): boolean {
  if (status >= 400) return false;
  return shows.length === 0 || shows.some((field) => answer[field] !== undefined && answer[field] !== null);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // A picture as SVG, a page, metrics.
    return {};
  }
}

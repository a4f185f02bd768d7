import { COMMANDS, errorText, LeadMasterError } from '@leadmaster/protocol';
import { isObject } from './answer.ts';

/** How to see the result of an order; the default of callers. */
const LOOK = 'Look at the session before you give the order again.';

/** What a failed call was: its answer may matter. */
export interface Asked {
  url: string;
  /** Whether it may have changed something. */
  isOrder: boolean;
  /** How to see its result. */
  ifLost?: string | undefined;
}

/**
 * A call that the service itself has not answered: `service_unreachable` where nothing was done, `answer_lost` where an order
 * may have been done.
 */
export class Unanswered extends LeadMasterError {
  /** What happened instead, in a few words. */
  readonly why: string;
  /** The HTTP status of what something else answered; null where nothing whole came. */
  readonly httpStatus: number | null;

  constructor(
    code: 'service_unreachable' | 'answer_lost',
    detail: string,
    hint: string,
    { why, httpStatus = null, cause }: { why: string; httpStatus?: number | null; cause?: unknown },
  ) {
    super(code, detail, hint, { cause });
    this.why = why;
    this.httpStatus = httpStatus;
  }
}

/** The error for an order whose answer is lost: whether it was carried out is unknown, and neither is claimed. */
export function answerLost(
  { ifLost = LOOK }: Asked,
  why: string,
  more: { httpStatus?: number; cause?: unknown } = {},
): Unanswered {
  const detail = `The answer is lost (${why}): the order may have been done.`;
  return new Unanswered('answer_lost', detail, ifLost, { ...more, why });
}

/** The error of a call without a whole answer; `late` replaces it where its time was over. */
export function noAnswer(asked: Asked, error: unknown, late: string | null): Unanswered {
  const why = late ?? causeOf(error);
  if (asked.isOrder && (late !== null || !neverLeft(error))) return answerLost(asked, why, { cause: error });
  const detail = `The service does not answer at ${asked.url} (${why}).`;
  return new Unanswered('service_unreachable', detail, 'Start it: npm start', { why, cause: error });
}

/** An error body as far as it is needed: its type and title say nothing that its code does not, and RFC 9457 lets them be left out. */
type Refusal = Parameters<typeof LeadMasterError.of>[0];

/** What a call that was answered with anything but success ended with. */
export function refusalOf(asked: Asked, status: number, body: unknown): LeadMasterError {
  return isRefusal(body) ? LeadMasterError.of(body) : somethingElse(asked, status);
}

/** Looked at field by field and not by the schema, which a page would have to bring along. */
function isRefusal(body: unknown): body is Refusal {
  if (!isObject(body)) return false;
  const { status, code, detail, hint, action, furtherActions = [] } = body;
  return (
    Number.isInteger(status) &&
    [code, detail, hint].every((text) => typeof text === 'string') &&
    (action === undefined || isAction(action)) &&
    Array.isArray(furtherActions) &&
    furtherActions.every(isAction)
  );
}

function isAction(value: unknown): boolean {
  return isObject(value) && typeof value.kind === 'string' && Object.hasOwn(COMMANDS, value.kind);
}

/**
 * Something answers that does not speak as LeadMaster does, such as a proxy. Unless it refuses what was asked, it says
 * nothing about what the service behind it does.
 */
export function somethingElse(asked: Asked, httpStatus: number): Unanswered {
  const isRefused = httpStatus >= 400 && httpStatus < 500;
  const why = `HTTP ${httpStatus}, not of LeadMaster`;
  if (asked.isOrder && !isRefused) return answerLost(asked, why, { httpStatus });
  return new Unanswered(
    'service_unreachable',
    `Something other than LeadMaster answers at ${asked.url} (HTTP ${httpStatus}).`,
    'Give the address and port of the service.',
    { why, httpStatus },
  );
}

/**
 * Whether a request that `fetch` has failed never left this machine: what was asked is certainly not done. Node names the
 * system call that failed; a connection that breaks later names `read` or `write`, or none. A browser never says, so there
 * it is never certain.
 */
function neverLeft(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  // The ports that the web's rules forbid.
  if (cause instanceof Error && cause.message === 'bad port') return true;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (typeof first !== 'object' || first === null) return false;
  if ('code' in first && first.code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return 'syscall' in first && (first.syscall === 'connect' || first.syscall === 'getaddrinfo');
}

/** The reason that `fetch` keeps behind its "fetch failed": the code where the system refused, else its message. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return errorText(error);
  const isOfSystem = cause instanceof AggregateError || 'syscall' in cause;
  return isOfSystem && 'code' in cause ? String(cause.code) : errorText(cause);
}

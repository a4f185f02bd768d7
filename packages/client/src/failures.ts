import { errorText, LeadMasterError, problem } from '@leadmaster/protocol';

/** How to see what came of an order, where the caller does not know better. */
const LOOK = 'Look at the session before you give the order again.';

/** What a failed call was: its answer may matter. */
export interface Asked {
  url: string;
  /** Whether it may have changed something. */
  isOrder: boolean;
  /** How to see what came of it. */
  ifLost?: string | undefined;
}

/** The end of an order whose answer is lost: whether it was carried out is not known, and neither is told. */
export function answerLost(why: string, hint = LOOK): LeadMasterError {
  return new LeadMasterError('answer_lost', `The answer is lost (${why}): the order may have been done.`, hint);
}

/** The service does not answer, and nothing was done. */
export function unreachable({ url }: Asked, why: string): LeadMasterError {
  return new LeadMasterError(
    'service_unreachable',
    `The service does not answer at ${url} (${why}).`,
    'Start it: npm start',
  );
}

/** What a call that got no answer ended with. */
export function noAnswer(asked: Asked, error: unknown, why: string | null): LeadMasterError {
  const isLost = asked.isOrder && (why !== null || !neverLeft(error));
  const reason = why ?? causeOf(error);
  return isLost ? answerLost(reason, asked.ifLost) : unreachable(asked, reason);
}

/** What a call that was answered with anything but success ended with. */
export async function refusalOf(asked: Asked, response: Response): Promise<LeadMasterError> {
  const said = problem.loose().safeParse(await response.json().catch(() => null));
  if (said.success) return LeadMasterError.of(said.data);
  // Such as a proxy's: it says nothing about what the service behind it does.
  if (asked.isOrder && response.status >= 500) return answerLost(`HTTP ${response.status}`, asked.ifLost);
  return somethingElse(asked, response);
}

/** Something answers that does not speak as LeadMaster does. */
export function somethingElse({ url }: Asked, { status }: Response): LeadMasterError {
  return new LeadMasterError(
    'service_unreachable',
    `Something other than LeadMaster answers at ${url} (HTTP ${status}).`,
    'Give the address and port of the service.',
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

/** The reason that `fetch` keeps behind its "fetch failed". */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return errorText(cause instanceof Error ? cause : error);
}

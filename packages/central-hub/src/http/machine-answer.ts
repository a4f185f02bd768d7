import type { IncomingMessage } from 'node:http';
import { goodAnswersOf, LeadMasterError, type Route, type Session } from '@leadmaster/protocol';

/** The longest answer that is read as JSON. */
const JSON_BYTES = 64 * 2 ** 20;
const PROBLEM = 'application/problem+json';

/** An answer of a machine, and what it answers. */
export interface MachineAnswer {
  route: Route;
  answer: IncomingMessage;
  /** It was asked without a key. */
  isKeyless?: boolean;
}

/**
 * Refuses an answer that no session manager gives: a redirect, a page of a proxy, a status or a type that the route does not state.
 *
 * @throws LeadMasterError `machine_unreachable`; `unauthorized` where the machine is not open without a key.
 */
export function requireStated({ route, answer, isKeyless }: MachineAnswer): void {
  const { statusCode: status = 0 } = answer;
  if (status === 401) throw isKeyless === true ? isNotOpen(answer) : refusesToken(answer);
  const stated = goodAnswersOf(route)[status];
  const type = typeOf(answer);
  // Routes for earlier services have errors of their own form.
  const isEarlier = route.compat?.failures.includes(status) === true && type === 'application/json';
  const isError = status >= 400 && status < 600 && (type === PROBLEM || isEarlier);
  const isGood = stated !== undefined && (!('content' in stated) || (type !== null && type in stated.content));
  if (!isError && !isGood) throw notAManager(answer);
}

/** The session of an answer, where it is the one that was asked for. @throws LeadMasterError `answer_lost` where it is another one. */
export function requireNamed(told: Session, name: string): Session {
  if (told.name === name) return told;
  const detail = `A machine has answered with the session "${told.name}" in the place of "${name}".`;
  throw new LeadMasterError('answer_lost', detail, 'Look at what answers at the address of the machine.');
}

export function isJson(answer: IncomingMessage): boolean {
  return ['application/json', PROBLEM].includes(typeOf(answer) ?? '');
}

/**
 * Reads an answer in JSON whole. Every one of them is an object.
 *
 * @throws LeadMasterError `machine_unreachable` where it is not, is too long, or breaks off.
 */
export async function readJson(answer: IncomingMessage): Promise<object> {
  const parts: Buffer[] = [];
  let left = JSON_BYTES;
  for await (const part of answer as AsyncIterable<Buffer>) {
    left -= part.length;
    if (left < 0) throw notAManager(answer);
    parts.push(part);
  }
  const said = parsed(Buffer.concat(parts).toString('utf8'));
  if (typeof said === 'object' && said !== null && !Array.isArray(said)) return said;
  throw notAManager(answer);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typeOf({ headers }: IncomingMessage): string | null {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? null;
}

/** Without the name of the machine: tenants are told it, too. */
export function notAManager(answer: IncomingMessage): LeadMasterError {
  answer.destroy();
  return new LeadMasterError(
    'machine_unreachable',
    'What answers at the address of the machine of the session is no session manager.',
    'Have the operator look at the address of the machine, and at what stands in front of it.',
  );
}

/** The hub is open to the caller, and the machine is not: the hub's own key is for callers with a key. */
function isNotOpen(answer: IncomingMessage): LeadMasterError {
  answer.destroy();
  return new LeadMasterError(
    'unauthorized',
    'The machine of the session takes no request without a key.',
    'Send a key of this hub, or set LEADMASTER_COMPAT=open for a session manager on this machine too.',
  );
}

function refusesToken(answer: IncomingMessage): LeadMasterError {
  answer.destroy();
  return new LeadMasterError(
    'machine_unreachable',
    'The machine of the session does not take the token that the hub has for it.',
    'Have the operator give the hub what stands in service.token of the data folder of that machine.',
  );
}

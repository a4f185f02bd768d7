import type { IncomingMessage } from 'node:http';
import { LeadMasterError, problem, type Route } from '@leadmaster/protocol';
import type { Caller } from '../keys/caller.ts';
import type { MachineLink, Outgoing } from '../machines/link.ts';
import type { RouteContext } from './hub-app.ts';
import { readJson } from './machine-answer.ts';
import { failureFor } from './machine-failure.ts';

/** A session that left a machine so lately may have sent there what its caller repeats. */
const LATELY_MS = 10 * 60_000;

/** A request about messages of one session, at the machine that it lives on. */
export interface AskedOfMachine {
  route: Route;
  session: string;
  link: MachineLink;
  outgoing: Outgoing;
  caller: Caller;
}

/**
 * Sends a request to the machine of its session. A message that was sent before the session moved is known where it was sent: the
 * machine that gave the session away still tells what became of it, and answers a repeated key with what it has made. Without the
 * session it sends nothing.
 *
 * @throws LeadMasterError `machine_unreachable`, also where a repeated message may have been sent on a machine that is silent now;
 *   `idempotency_conflict` where the key was used there for another message.
 */
export async function askMachine(context: RouteContext, asked: AskedOfMachine): Promise<IncomingMessage> {
  const { route, link, outgoing } = asked;
  const isKeyed = route.id === 'sendMessage' && outgoing.headers['idempotency-key'] !== undefined;
  const known = isKeyed ? await repeated(context, asked) : null;
  if (known !== null) return known;
  const answer = await link.send(outgoing);
  if (route.id !== 'getMessage' || answer.statusCode !== 404) return answer;
  return (await toldEarlier(context, asked)) ?? answer;
}

/** What an earlier machine has made of the same key; null where none has. */
async function repeated(context: RouteContext, asked: AskedOfMachine): Promise<IncomingMessage | null> {
  const earlier = await earlierMachines(context, asked);
  if (earlier.length === 0) return null;
  const lately = await context.store.moves.leftLately(asked.session, LATELY_MS);
  for (const link of earlier) {
    const answer = await link.send(asked.outgoing).catch((error: unknown) => {
      if (lately.includes(link.name)) throw error;
      return null;
    });
    if (answer === null) continue;
    // What it has made before; or it has the session again, which the hub has not read yet, and has taken the message.
    if (answer.statusCode !== undefined && answer.statusCode < 300) return answer;
    if (answer.statusCode === 409) await refuseConflict(answer, link, asked.caller);
    answer.resume();
  }
  return null;
}

async function refuseConflict(answer: IncomingMessage, link: MachineLink, caller: Caller): Promise<void> {
  const said = problem.safeParse(await readJson(answer));
  if (said.success && said.data.code === 'idempotency_conflict')
    throw failureFor(caller, link, 'POST', LeadMasterError.of(said.data));
}

async function toldEarlier(context: RouteContext, asked: AskedOfMachine): Promise<IncomingMessage | null> {
  for (const link of await earlierMachines(context, asked)) {
    // One that is silent tells nothing of it: the session's own machine has answered.
    const answer = await link.send(asked.outgoing).catch(() => null);
    if (answer?.statusCode === 200) return answer;
    answer?.resume();
  }
  return null;
}

/** Machines that have given the session away. */
async function earlierMachines({ store, links }: RouteContext, asked: AskedOfMachine): Promise<MachineLink[]> {
  const copies = await store.sessions.copiesOf(asked.session);
  const left = copies.filter(({ machine, session }) => machine !== asked.link.name && session.state === 'MOVED');
  return Promise.all(left.map(({ machine }) => links.get(machine)));
}

import { type BodyOf, HUB_ROUTES, type HubSession, LeadMasterError, type Session } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { Caller } from '../../keys/caller.ts';
import { requireScope } from '../authenticate.ts';
import { copied } from '../copied.ts';
import type { RouteContext } from '../hub-app.ts';
import { requireNamed } from '../machine-answer.ts';
import { failureFor, isSilent } from '../machine-failure.ts';
import { seenSession } from '../shown.ts';
import { type Target, targetOf } from '../target.ts';

const ANSWER_MS = 60_000;
/** That a session is to listen only is not made to wait for a machine that is silent: it is kept for it. */
const LISTEN_MS = 5_000;

type Change = BodyOf<typeof HUB_ROUTES.changeSession>;

/** One order, of one caller. */
interface Order {
  caller: Caller;
  target: Target;
  signal: AbortSignal;
}

/** `PATCH /v1/sessions/{s}`: carried out by the machine. An order to listen only is kept where that is silent, or gives it away. */
export function changeSessionRoute(app: HttpApp, context: RouteContext): void {
  const { callers, closing } = context;
  serve(app, HUB_ROUTES.changeSession, async (request, reply) => {
    const { params, body } = request;
    const caller = callers.of(request);
    if (body.sending === 'on') requireScope(caller, 'admin');
    const target = await targetOf(context, caller, params.session);
    const order = { caller, target, signal: callerSignal(reply, closing) };
    return isListeningOnly(body) ? listenOnly(context, order) : change(context, order, body);
  });
}

function isListeningOnly(body: Change): boolean {
  return body.sending === 'off' && Object.values(body).filter((value) => value !== undefined).length === 1;
}

async function change(context: RouteContext, order: Order, body: Change): Promise<HubSession> {
  const { caller, target } = order;
  const { store, teller } = context;
  const { session, link } = target;
  try {
    let now = await ask(order, body, ANSWER_MS);
    if (body.sending === 'on' && (await store.sending.cancel(session))) {
      // An earlier order to switch it off may be on its way there: it is late once the machine knows a later number.
      await teller.tell(link);
      now = await ask(order, { sending: 'on' }, ANSWER_MS);
    }
    await copied(context, () => store.sessions.put(link.name, now, new Date()));
    return seenSession(caller, now, { machine: link.name, asOf: new Date() });
  } catch (error) {
    throw failureFor(caller, link, 'PATCH', error);
  }
}

/** The wish is durable before the machine hears of it, and stays until that has answered. */
async function listenOnly(context: RouteContext, order: Order): Promise<HubSession> {
  const { store } = context;
  const { caller, target } = order;
  const { session, link } = target;
  await store.sending.owe(session);
  try {
    const now = await ask(order, { sending: 'off' }, LISTEN_MS);
    await store.sending.settle([session]);
    await copied(context, () => store.sessions.put(link.name, now, new Date()));
    return seenSession(caller, now, { machine: link.name, asOf: new Date() });
  } catch (error) {
    const isKept = isSilent(error) || (await isBetween(context, session, error));
    if (!isKept) await store.sending.settle([session]);
    const kept = isKept ? await listening(context, session) : null;
    if (kept === null) throw failureFor(caller, link, 'PATCH', error);
    return {
      ...seenSession(caller, kept.session, { machine: link.name, asOf: kept.asOf }),
      ...untoldTo(caller, link.name),
    };
  }
}

/** Whether the session was given away by its machine, and is on its way to another one, which is told as soon as it has it. */
async function isBetween({ store }: RouteContext, session: string, error: unknown): Promise<boolean> {
  if (!(error instanceof LeadMasterError) || error.code !== 'session_moved') return false;
  return (await store.moves.open({ kind: 'move', subject: session })) !== null;
}

async function ask({ target: { session, link }, signal }: Order, body: Change, timeoutMs: number): Promise<Session> {
  const asked = { params: { session }, body };
  return requireNamed(await link.client.call('changeSession', asked, { signal, timeoutMs }), session);
}

/** The hub's own copy of a session whose machine does not know yet that it only listens. */
async function listening({ store }: RouteContext, name: string): Promise<{ session: Session; asOf: Date } | null> {
  const record = await store.sessions.get(name);
  if (record === null) return null;
  const { machine, asOf } = record;
  const above = record.session.sendingOffBy.filter((level) => level !== 'session');
  const session: Session = { ...record.session, canSend: false, sending: 'off', sendingOffBy: ['session', ...above] };
  await store.sessions.put(machine, session, asOf);
  return { session, asOf };
}

/** A tenant is told of no machine. */
function untoldTo({ tenant }: Caller, machine: string): Pick<HubSession, 'untold'> {
  return tenant === null ? { untold: [machine] } : {};
}

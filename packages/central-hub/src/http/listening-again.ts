import type { Session } from '@leadmaster/protocol';
import type { MachineLink } from '../machines/link.ts';
import type { RouteContext } from './hub-app.ts';
import { requireNamed } from './machine-answer.ts';

const ANSWER_MS = 5_000;

/**
 * A session is made under the name of one that only listened when it was deleted: so does this one, also on another machine. Null
 * where its machine could not be told: it is told before any text goes there.
 */
export async function listenAgain(
  { store, log, closing }: RouteContext,
  { client, name: machine }: MachineLink,
  session: string,
): Promise<Session | null> {
  // Once more: a machine that was told while the session was being made has passed over it.
  await store.sending.owe(session);
  try {
    const asked = { params: { session }, body: { sending: 'off' as const } };
    const now = await client.call('changeSession', asked, { signal: closing, timeoutMs: ANSWER_MS });
    requireNamed(now, session);
    await store.sending.settle([session]);
    return now;
  } catch (error) {
    log.warn({ session, machine, err: error }, 'a new session is to listen only, and its machine does not know it yet');
    return null;
  }
}

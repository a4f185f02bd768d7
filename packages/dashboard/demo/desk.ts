import { type ErrorCode, type HubSession, LeadMasterError, type Problem, REQUEST_HEADER } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { client } from '../src/service/client.ts';
import { onEvent } from '../src/service/sessions.ts';

const SETTLE_MS = 250;
/** Some acts wait for a browser. */
const ACT_MS = 150_000;

/** The simulated phone of a session. */
export interface SidePhone {
  session: string;
  number: string;
  name: string;
  isBanned: boolean;
  isLinked: boolean;
  isOnline: boolean;
  /** The last text that its customer got from it. */
  lastGot: string | null;
}

/** What the phones at the side know: one for each session, and the build that the played WhatsApp serves. */
export interface DeskState {
  phones: SidePhone[];
  build: { version: string; isBad: boolean };
}

export type SessionAct = 'scan' | 'unlink' | 'offline' | 'online' | 'ban' | 'unban' | 'kill' | 'lose';
export type Act =
  | { act: SessionAct; session: string }
  | { act: 'write'; session: string; text: string }
  | { act: 'bad_build' | 'good_build' };

/** Null before it was told. */
export const desk = signal<DeskState | null>(null);
export const deskFailure = signal<unknown>(null);
/** Whether the demo still links its clients: what a visitor does meanwhile would get in its way. */
export const isPreparing = signal(true);
/** The sessions as the hub has them, for what can be done with their phones. */
export const sessions = signal<readonly HubSession[]>([]);

/** Keeps both as they are until the signal aborts: asked again after each event. */
export function keepDesk(signal: AbortSignal): void {
  let settling: ReturnType<typeof setTimeout> | undefined;
  const deaf = onEvent(() => {
    clearTimeout(settling);
    settling = setTimeout(() => void look(), SETTLE_MS);
  });
  signal.addEventListener('abort', () => {
    deaf();
    clearTimeout(settling);
  });
  void look();
  void waitForClients();
}

async function waitForClients(): Promise<void> {
  try {
    await ask('/demo/clients');
  } catch (error) {
    deskFailure.value = error;
  } finally {
    isPreparing.value = false;
  }
}

export async function look(): Promise<void> {
  try {
    const [state, page] = await Promise.all([
      ask('/demo/phones'),
      client.call('listSessions', { query: { limit: 100 } }),
    ]);
    desk.value = state as DeskState;
    sessions.value = page.items as HubSession[];
    deskFailure.value = null;
  } catch (error) {
    deskFailure.value = error;
  }
}

/** Has a phone, a customer or WhatsApp do something. @throws LeadMasterError */
export async function act(given: Act): Promise<Record<string, unknown>> {
  const answer = await ask('/demo/acts', given);
  void look();
  return answer as Record<string, unknown>;
}

async function ask(path: string, body?: Act): Promise<unknown> {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { [REQUEST_HEADER]: '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(ACT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said: unknown = await answer.json();
  if (answer.ok) return said;
  const { code, detail, hint } = said as Problem & { code: ErrorCode };
  throw new LeadMasterError(code, detail, hint);
}

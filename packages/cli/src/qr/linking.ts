import { setTimeout as sleep } from 'node:timers/promises';
import { isLoginErased, type QrCode, type Session } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { of, type ServiceClient } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { reasonAndCode, sessionHintText } from '../words/told.ts';
import type { Text } from '../words/words.ts';

/** What is to be seen while an account is being linked. `qr` is null except in QR_REQUIRED. */
export interface LinkingStep {
  session: Session;
  qr: QrCode | null;
}

export interface LinkingOptions {
  pollMs?: number;
  /** Pairing by code needs no QR: asking for it is left out. */
  withoutQr?: boolean;
  /** Called before the session is made, where it is not there: what it throws ends the linking, and nothing is made. */
  beforeMaking?: () => Promise<void>;
  /** Ends the telling, without an error. */
  signal?: AbortSignal;
}

/** How long a state from before our start may still be told. */
const GRACE_MS = 5000;

/**
 * Creates and starts the session if needed, then tells each step until it is READY (and returns) or until it stands
 * where waiting does not help (and throws). What it sees is polled: a link takes the operator minutes, and no missed
 * event can leave the person waiting.
 */
export async function* linking(
  client: ServiceClient,
  name: string,
  options: LinkingOptions = {},
): AsyncGenerator<LinkingStep> {
  const { pollMs = 500, withoutQr = false, signal, beforeMaking } = options;
  const before = await createOrStart(client, name, beforeMaking);
  const graceUntil = Date.now() + GRACE_MS;
  while (!signal?.aborted) {
    const session = await client.call('getSession', of(name));
    if (session.state === 'READY') {
      yield { session, qr: null };
      return;
    }
    const isOld = session.since === before.since && Date.now() < graceUntil;
    if (!isOld) refuseDeadEnd(session);
    const shown = session.state === 'QR_REQUIRED' && !withoutQr ? await currentQr(client, name) : null;
    yield { session, qr: shown };
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

async function createOrStart(
  client: ServiceClient,
  name: string,
  beforeMaking: LinkingOptions['beforeMaking'],
): Promise<Session> {
  const found = await unless('session_not_found', client.call('getSession', of(name)));
  if (found === null) {
    await beforeMaking?.();
    const made = await unless('session_exists', client.call('createSession', { body: { name } }));
    if (made !== null) return made;
  }
  // Where another client has made it between our questions.
  const session = found ?? (await client.call('getSession', of(name)));
  if (session.state === 'READY' || session.state === 'QR_REQUIRED') return session;
  await client.call('startSession', of(name));
  return session;
}

/** Null when it was scanned, or is being replaced, between our two questions. */
function currentQr(client: ServiceClient, name: string): Promise<QrCode | null> {
  return unlessScanned(client.call('getQr', of(name)));
}

/** What was asked about a QR; null when the session no longer waits for one. */
export function unlessScanned<T>(asked: Promise<T>): Promise<T | null> {
  return unless('not_waiting_for_qr', asked);
}

/** Null where the answer is that error. */
export async function unless<T>(code: string, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CliError && error.code === code) return null;
    throw error;
  }
}

/** The browser is visible and its page still waits: its user can continue. */
export function canGivePasskey({ reason, loginMode }: Pick<Session, 'reason' | 'loginMode'>): boolean {
  return reason === 'passkey_required' && loginMode === 'local';
}

function refuseDeadEnd(session: Session): void {
  const { name, state, stateKind, reason, hint, loginMode, desired } = session;
  const stands: Text = (words) => words.linking.stands(name, state, reasonAndCode(words, reason));
  if (state === 'QR_REQUIRED' || canGivePasskey(session)) return;
  if (state === 'PASSKEY_REQUIRED' || state === 'WRONG_ACCOUNT' || isLoginErased(session))
    throw new CliError(EXIT.wrongState, reason, stands, sessionHintText(session));
  if (loginMode === 'server' && (stateKind === 'needs_person' || state === 'STOPPED')) {
    throw new CliError(
      EXIT.wrongState,
      'login_mode_server',
      ({ linking }) => linking.serverMode(name),
      hint === '' ? ({ linking }) => linking.serverModeHint : sessionHintText(session),
    );
  }
  if (stateKind === 'needs_person' || (stateKind === 'settled' && desired === 'stopped')) {
    throw new CliError(
      EXIT.failed,
      'not_linked',
      stands,
      hint === '' ? ({ linking }) => linking.tryAgain(name) : sessionHintText(session),
    );
  }
}

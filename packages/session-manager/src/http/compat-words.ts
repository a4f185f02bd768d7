import { type Account, type CompatStatus, LeadMasterError, type Message, type Session } from '@leadmaster/protocol';
import { compatProblem } from '@leadmaster/service-kit/http';

const STATUS_OF: Record<Session['state'], CompatStatus> = {
  INITIALIZING: 'INIT',
  RECONNECTING: 'INIT',
  QR_REQUIRED: 'QR_REQUIRED',
  PASSKEY_REQUIRED: 'ERROR',
  WRONG_ACCOUNT: 'ERROR',
  AUTHENTICATED: 'AUTHENTICATED',
  READY: 'READY',
  STOPPED: 'DISCONNECTED',
  STOPPING: 'DISCONNECTED',
  UNCLAIMED: 'DISCONNECTED',
  DISCONNECTED_RECOVERABLE: 'DISCONNECTED',
  DISCONNECTED_LOGOUT: 'DISCONNECTED',
  DISCONNECTED_BANNED: 'ERROR',
  MOVED: 'DISCONNECTED',
  AUTH_FAILURE: 'ERROR',
  ERROR: 'ERROR',
};

/** Where a session is, for older callers: one that is READY and only listens says so. */
export function compatState(session: Session | null): string | null {
  if (session === null) return null;
  return session.state === 'READY' && !session.canSend ? 'LISTENING' : session.state;
}

/** Today's state in yesterday's words. No session is DISCONNECTED: `POST /connect` makes it. */
export function compatStatus(session: Session | null): CompatStatus {
  return session === null ? 'DISCONNECTED' : STATUS_OF[session.state];
}

/** The linked account, under today's names and under those that newer readers of the old route look for. */
export function compatAccount(session: Session | null): (Account & { wid: string; number: string }) | null {
  if (session?.account == null) return null;
  return { ...session.account, wid: session.account.id, number: session.account.phone };
}

/** An answer of `POST /send`: the old callers read the status, then `code`. */
export interface SendAnswer {
  status: 200 | 500 | 504;
  body: Record<string, unknown>;
}

/** What became of a message, told as `POST /send` tells it: 200 only for what WhatsApp's server has acknowledged. */
export function sendAnswer(message: Message): SendAnswer {
  switch (message.state) {
    case 'SENT':
    case 'DELIVERED':
    case 'READ':
    case 'PLAYED':
      return { status: 200, body: { ok: true, success: true, message_id: message.whatsappId ?? message.id } };
    case 'FAILED':
    case 'EXPIRED':
      return {
        status: 500,
        body: { ...compatProblem('SEND_FAILED', message.error ?? 'The message was not sent.'), message_id: message.id },
      };
    default:
      return {
        status: 504,
        body: {
          ...compatProblem(
            'ACK_TIMEOUT',
            'WhatsApp has not acknowledged the message in time; it may still arrive. Do not send it again blindly.',
          ),
          message_id: message.id,
        },
      };
  }
}

/** Refusals of the service that mean, to older callers, that the session cannot send now. */
const NOT_READY = new Set([
  'session_not_found',
  'session_not_ready',
  'sending_off',
  'feature_unavailable',
  'session_unclaimed',
  'wrong_state',
  'shutting_down',
]);

/** A refusal as the older callers of `POST /send` know it, or null for one that keeps its own status. */
export function sendRefusal(error: unknown): { status: 500 | 503 | 504; body: Record<string, unknown> } | null {
  if (!(error instanceof LeadMasterError)) return null;
  if (NOT_READY.has(error.code)) {
    const body = { ...compatProblem('SESSION_NOT_READY', error.message, error.hint), reason: error.code };
    return { status: 503, body };
  }
  if (error.code === 'timeout') return { status: 504, body: compatProblem('ACK_TIMEOUT', error.message) };
  if (error.code === 'engine_failed') return { status: 500, body: compatProblem('SEND_FAILED', error.message) };
  return null;
}

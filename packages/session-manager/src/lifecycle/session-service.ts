import type {
  AcceptedMessage,
  Capabilities,
  CheckReport,
  EventPage,
  Feature,
  LeadMasterEvent,
  Message,
  PairingCode,
  QrCode,
  Recording,
  SendMessage,
  Session,
  SessionPage,
  SessionQuery,
  SettleAccount,
  Transition,
} from '@leadmaster/protocol';
import type { EventLog } from '../state/state-store.ts';
import type { StartSaid } from './session-orders.ts';

/**
 * What the outside (HTTP, and nothing else) may ask of the sessions of this machine. Every refusal is a
 * `LeadMasterError` with a code and a hint; names are validated before they get here.
 */
export interface SessionService {
  create(input: { name: string; start: boolean; metadata: Record<string, string> }): Promise<Session>;
  /** All sessions, with profiles that no record claims as UNCLAIMED. */
  list(query?: SessionQuery): Promise<SessionPage>;
  get(name: string): Promise<Session>;
  /**
   * `originRetired`: the operator confirms that the place a copied login came from never runs it again. `olderLogin`: that the
   * one in place is to run although the vault has a newer one.
   */
  start(name: string, options?: StartSaid): Promise<Session>;
  stop(name: string): Promise<Session>;
  restart(name: string): Promise<Session>;
  logout(name: string): Promise<Session>;
  /** Settles WRONG_ACCOUNT: the account is right, or its link is removed at WhatsApp. */
  settleAccount(name: string, word: SettleAccount): Promise<Session>;
  /**
   * The profile goes to trash. `purge`: the key of its snapshots is destroyed as well; `otherWriters`: also where another
   * installation has written some of them.
   */
  delete(name: string, options?: { purge?: boolean; otherWriters?: boolean }): Promise<void>;
  /** Claims an UNCLAIMED profile in place. */
  adopt(name: string): Promise<Session>;
  /** Resolves once the state is not transient, or after the wait, whichever is first. */
  settled(name: string, waitMs: number, signal: AbortSignal): Promise<Session>;
  qr(name: string): Promise<QrCode>;
  pairingCode(name: string, phone: string): Promise<PairingCode>;
  transitions(name: string, limit: number): Promise<Transition[]>;
  check(name: string): Promise<CheckReport>;
  /** What the session can do with the page that it runs on, by its last probe. */
  capabilities(name: string): Promise<Capabilities>;
  /** Uses these features although the probe calls them broken; none of them = goes by the probe again. */
  overrideCapabilities(name: string, features: readonly Feature[]): Promise<Capabilities>;
  /** What its page looks like from inside, with nothing of the account in it. Needs a browser that runs, linked or not. */
  recording(name: string, signal: AbortSignal): Promise<Recording>;
  /** Events after a cursor. Waits up to `waitMs` for the first when there is none yet. `session` undefined = all. */
  events(query: {
    session?: string;
    after: number;
    limit: number;
    waitMs: number;
    signal: AbortSignal;
  }): Promise<EventPage>;
  /** Every event after a cursor, then live ones, until the signal aborts. */
  follow(query: { session?: string; after: number; signal: AbortSignal }): AsyncIterable<LeadMasterEvent>;
  /** The newest event's id, 0 when there is none. */
  lastEventId(): number;
  /** Which log the events are of. */
  eventLog(): EventLog;
  send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage>;
  /** Waits until WhatsApp's server has acknowledged, the message failed, or the time is over. */
  acknowledged(name: string, messageId: string, waitMs: number, signal: AbortSignal): Promise<Message>;
  message(name: string, id: string): Promise<Message>;
  messages(name: string, limit: number): Promise<Message[]>;
}

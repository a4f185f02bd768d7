import type { ProcessIdentity } from '@leadmaster/capture/processes';
import type { Account, Census, PairingCode, ReceivedMessage, Runtime } from '@leadmaster/protocol';

/**
 * What a session runs on. The supervisor knows this page alone; whatsapp-web.js lies behind `wwebjs/`.
 *
 * Terminology: an *engine* makes *runs*. A run is one browser from its launch to the proof that its last process is
 * gone. Events of a run carry nothing but what happened; after `stop` or `kill` has been called the run emits no more.
 */
export interface SessionEngine {
  readonly name: string;
  /** Starts a browser on the profile. Resolves when the browser runs; linking and login follow as events. */
  start(request: StartRequest): Promise<EngineRun>;
}

export interface StartRequest {
  session: string;
  /** The user-data-dir. Its lock is held and it has been proven free of other browsers. */
  profileDir: string;
  /** A window that a person can see (`LOGIN_MODE=local`). */
  visible: boolean;
  onEvent: (event: EngineEvent) => void;
  /** Called as soon as the browser process exists, before anything else: the record that lets a crash be cleaned up. */
  onLaunched: (browser: LaunchedBrowser) => void;
  signal: AbortSignal;
}

export interface LaunchedBrowser {
  pid: number;
  /** Start time in clock ticks since boot (`/proc/PID/stat` field 22): with the pid, an identity that is never reused. */
  startTicks: number;
  product: string;
  version: string;
}

/** What can happen to a run. Every one may come more than once; the supervisor is idempotent about them. */
export type EngineEvent =
  | { type: 'qr'; qr: string; expiresAt: Date; attempt: number }
  /** Every QR of the allowance was shown and none was scanned. */
  | { type: 'qr_exhausted' }
  | { type: 'authenticated' }
  /** Still working: offline messages being delivered, history being read. Pushes the watchdog on. */
  | { type: 'progress'; percent: number }
  /** Synced and able to send; the caller commits a fresh login before it tells anyone. */
  | { type: 'ready'; account: Account; webVersion: string }
  /** The page answered just now, connected and synced: evidence of life, at least every probe interval while READY. */
  | { type: 'alive' }
  | { type: 'socket_down'; state: string }
  | { type: 'socket_up' }
  | { type: 'unlinked'; reason: string }
  | { type: 'banned' }
  | { type: 'conflict' }
  | { type: 'deprecated' }
  /** The run is over or beyond help: browser or renderer died, page did not load. */
  | { type: 'lost'; reason: LostReason; detail: string }
  | { type: 'message'; message: ReceivedMessage }
  | { type: 'ack'; whatsappId: string; ack: number };

export type LostReason = 'browser_died' | 'renderer_died' | 'page_unreachable' | 'page_failed' | 'launch_failed';

export interface EngineRun {
  readonly runtime: Runtime;
  /** The browser's main process: what a capture holds still. */
  readonly process: ProcessIdentity;
  readonly messages: MessageSender;
  requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode>;
  /**
   * Makes Chromium write out all it holds of the login (localStorage lags by seconds: whatsapp-web-facts, Chromium 1)
   * and resolves once the bytes can be read back from the profile's files. The caller fsyncs.
   */
  flushLogin(signal: AbortSignal): Promise<void>;
  /** Finds messages that came while nobody listened (whatsapp-web.js raises no event for them: facts, library 10). */
  catchUp(since: Date, signal: AbortSignal): Promise<ReceivedMessage[]>;
  /** Unlinks the account at WhatsApp. The run must be stopped afterwards. */
  logout(signal: AbortSignal): Promise<void>;
  /** Counts the rows of every database of WhatsApp's origin, in the page. */
  census(signal: AbortSignal): Promise<Census>;
  screenshot(signal: AbortSignal): Promise<Buffer>;
  /** Proportional set size of the browser's whole process tree, in bytes; null when it is gone. */
  measureMemory(): Promise<number | null>;
  /** Closes through CDP, then kills what is left, and proves the whole process group gone. Never rejects for a dead browser. */
  stop(deadlineMs: number): Promise<void>;
  kill(): Promise<void>;
}

/** Nothing was sent, for certain: thrown before WhatsApp's page was given the message. Any other failure leaves that open. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** Messaging only, so that the engine interface does not grow into a god class. */
export interface MessageSender {
  /**
   * Hands a text to WhatsApp's page; the acknowledgement follows as an `ack` event. Resolves to the WhatsApp message id.
   * Rejects with `NotSent` when the number is not on WhatsApp, or WhatsApp could not be asked.
   */
  sendText(to: string, text: string, signal: AbortSignal): Promise<{ whatsappId: string; ack: number }>;
  /** How far a message has come by the page's own books: an acknowledgement may have come while nobody listened. Null = not known there. */
  ackOf(whatsappId: string, signal: AbortSignal): Promise<number | null>;
}

import type { World } from '@leadmaster/whatsapp-standin';

/** One of the two that are compared: how to run WhatsApp sessions. */
export interface Side {
  readonly name: 'LeadMaster' | 'bare';
  /** Links one session for each number, once, with real files. */
  link(world: World, sessions: readonly Linked[]): Promise<void>;
  /**
   * Starts the side's service from nothing, with these sessions to bring up. `sessions` are the ones that the service
   * was running when it last ended.
   */
  open(sessions: readonly string[]): Promise<Running>;
  /** What it runs on, for the report. */
  facts(): Promise<Record<string, string>>;
}

export interface Linked {
  session: string;
  number: string;
}

/** A side's service that runs now. */
export interface Running {
  readonly pid: number;
  readonly spawnedAt: number;
  /** When every session of `open` was READY; rejects when one was not in time. */
  readonly back: Promise<number>;
  /** Starts sessions the way this side does it, and resolves when the last is READY: the time of asking, the time of READY. */
  start(sessions: readonly string[]): Promise<{ asked: number; ready: number }>;
  /** Stops sessions; the service stays. They are not among those that a restart brings back. */
  stop(sessions: readonly string[]): Promise<void>;
  /** Ends the service and every browser of it. */
  close(): Promise<void>;
}

import type { EngineEvent } from '../engine.ts';
import type { PageSnapshot } from './page/snapshot.ts';
import { ReloadGrace } from './reload-grace.ts';

export interface ConnectionSettings {
  /** A connection that comes back within this was never told to be down. */
  downGraceMs: number;
  /** How long a page that reloads itself may take from one step to the next, and in all. */
  reloadStepMs: number;
  reloadCapMs: number;
}

/** Watches the connection of a page that is logged in: it lives, it is down, or it comes back from a reload of its own. */
export class ConnectionWatch {
  readonly #settings: ConnectionSettings;
  readonly #emit: (event: EngineEvent) => void;
  #isReady = false;
  #isAuthenticated = false;
  #grace: ReloadGrace | null = null;
  #downSince: number | null = null;
  #isDownTold = false;

  constructor(settings: ConnectionSettings, emit: (event: EngineEvent) => void) {
    this.#settings = settings;
    this.#emit = emit;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }

  /** Nothing to be hurried about: the connection is up and the page did not reload itself. */
  get isCalm(): boolean {
    return this.#downSince === null && this.#grace === null;
  }

  /** The library reported READY, for the first time or again after a reload. */
  ready(): void {
    this.#isReady = true;
    this.#grace = null;
    this.#downSince = null;
    this.#isDownTold = false;
  }

  /** The page reloads itself. */
  navigated(now: number): void {
    if (!this.#isReady || this.#isDownTold) return;
    const isNew = this.#grace === null;
    const { reloadStepMs: stepMs, reloadCapMs: capMs } = this.#settings;
    this.#grace ??= new ReloadGrace(now, { stepMs, capMs });
    if (isNew || this.#grace.extend(now)) this.#emit({ type: 'alive' });
  }

  /** The page says that it is syncing. */
  progressed(now: number): void {
    if (this.#grace?.extend(now)) this.#emit({ type: 'alive' });
  }

  judge(snapshot: PageSnapshot, now: number): void {
    if (this.#grace?.reached(rankOf(snapshot), now)) this.#emit({ type: 'alive' });
    if (snapshot.state === 'CONNECTED') this.#connected(snapshot);
    else if (this.#isReady && !this.#grace?.isOpen(now)) this.#down(snapshot.state ?? 'UNKNOWN', now);
  }

  #connected(snapshot: PageSnapshot): void {
    if (!this.#isAuthenticated) {
      this.#isAuthenticated = true;
      this.#emit({ type: 'authenticated' });
    }
    // After a reload the library says READY again; until then nothing that comes in would be heard.
    if (!this.#isReady || this.#grace !== null || !snapshot.synced || !snapshot.injected) return;
    this.#emit({ type: 'alive' });
    if (this.#isDownTold) this.#emit({ type: 'socket_up' });
    this.#downSince = null;
    this.#isDownTold = false;
  }

  #down(state: string, now: number): void {
    this.#downSince ??= now;
    if (this.#isDownTold || now - this.#downSince < this.#settings.downGraceMs) return;
    this.#isDownTold = true;
    this.#emit({ type: 'socket_down', state });
  }
}

/** How far a page has come that reloads itself. */
function rankOf({ state, synced }: PageSnapshot): number {
  if (state === null) return 0;
  if (state !== 'CONNECTED') return 1;
  return synced ? 3 : 2;
}

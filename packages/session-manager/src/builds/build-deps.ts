import type { Logger } from 'pino';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Numbers } from './page-facts.ts';
import type { PageNetwork } from './page-network.ts';
import type { KeptPages } from './pages.ts';
import type { SessionStanding } from './trial.ts';

/** How builds are chosen (`WEB_VERSION`) and tried. Times in milliseconds. */
export interface BuildSettings {
  /** The one build that every session runs; null = as WhatsApp serves them, or as the guard says. */
  pinned: string | null;
  /** `WEB_VERSION=guarded`. */
  isGuarded: boolean;
  /** The session that tries new builds; null = the one with the newest snapshot. */
  canary: string | null;
  /** How long a session has to become READY on a build. */
  readyMs: number;
  /** How long a session must stay READY on a build before it is good. */
  passMs: number;
  /** How long after its first READY, where no text was acknowledged, none came in, or its page never reloaded itself. */
  quietMs: number;
  /** Between two looks for a new build. */
  lookMs: number;
  /** The least time between two changes of a session's build. */
  pauseMs: number;
}

/** What the guard asks of the sessions. */
export interface GuardedSessions {
  /** Sessions that are to run, in the order in which they are asked to try something: newest snapshot first. */
  candidates(): string[];
  look(session: string): SessionStanding | null;
  /** Stops it and starts it again. Resolves when the start was asked for. */
  restart(session: string): Promise<void>;
}

export interface BuildDeps {
  settings: BuildSettings;
  store: Pick<StateStore, 'builds' | 'messages' | 'atomically'>;
  profiles: Pick<ProfileStore, 'readRecord' | 'noteDatabases'>;
  pages: KeptPages;
  network: PageNetwork;
  /** The numbers of a profile that the caller holds. Throws `web_version_unsafe` where nothing says them. */
  numbers: (session: string, profileDir: string, signal: AbortSignal) => Promise<Numbers>;
  /** Copies a login that its next start may change for good; says whether that worked. Never fails. */
  copy: (session: string, profileDir: string) => Promise<boolean>;
  now: () => Date;
  log: Logger;
}

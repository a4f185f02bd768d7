import type { Account } from '@leadmaster/protocol';
import type { Slots } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { OtherLink } from '../access/session-access.ts';
import type { BuildKeeper } from '../builds/builds.ts';
import type { Config } from '../config/config.ts';
import type { SessionEngine } from '../engine/engine.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Claim } from './claim.ts';
import type { Outbox } from './outbox.ts';

/** What every supervisor of a service shares. */
export interface SupervisorDeps {
  config: Config;
  engine: SessionEngine;
  profiles: ProfileStore;
  store: StateStore;
  /** Places for browsers that are starting (`START_CONCURRENCY`). */
  places: Slots;
  /** Takes the profile for this process, or says why not. */
  claim: (session: string) => Promise<Claim>;
  /** Locks an idle profile, after the proof that no browser has it open. */
  lockIdle: (session: string) => Promise<{ release(): void }>;
  /** Receives acknowledgements, and is asked for those that were missed. */
  outbox: Pick<Outbox, 'acknowledge' | 'restricted' | 'reconcile' | 'search' | 'abandon'>;
  /** Which build of WhatsApp Web a session opens, and what is learnt of it. */
  builds: BuildKeeper;
  /** Another session of this machine that has this account linked; null where none is known to. */
  linkedIn: (account: Account, except: string) => OtherLink | null;
  /** Brings a session back that was knocked out by a copy of its login here, now that the copy's browser is gone. */
  comeBack: (session: string) => void;
  log: Logger;
}

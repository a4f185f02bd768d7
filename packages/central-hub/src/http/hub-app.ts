import type { AppContext, AppTiming } from '@leadmaster/service-kit/http';
import type { ClientSessions } from '@leadmaster/service-kit/settings';
import type { Logger } from 'pino';
import type { HubFeed } from '../events/feed.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';
import type { Authenticator } from './authenticate.ts';

/** What a file of routes gets. */
export interface RouteContext extends AppContext {
  store: HubStore;
  links: MachineLinks;
  ring: KeyRing;
  feed: HubFeed;
  callers: Authenticator;
  log: Logger;
  timing: AppTiming;
  /** What an operator is to decide about a machine. */
  attentionOf: (machine: string) => 'other_log' | null;
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
}

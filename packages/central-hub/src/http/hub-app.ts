import type { AppContext, AppTiming } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { HubFeed } from '../events/feed.ts';
import type { OpenCalls } from '../keys/open-calls.ts';
import type { SignIns } from '../keys/sign-ins.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';
import type { Authenticator } from './authenticate.ts';
import type { SignInCookie } from './sign-in-cookie.ts';

/** What a file of routes gets. */
export interface RouteContext extends AppContext {
  store: HubStore;
  links: MachineLinks;
  openCalls: OpenCalls;
  signIns: SignIns;
  cookie: SignInCookie;
  feed: HubFeed;
  callers: Authenticator;
  log: Logger;
  /** The public origin; null where only this machine calls. */
  url: string | null;
  timing: AppTiming;
  /** What an operator is to decide about a machine. */
  attentionOf: (machine: string) => 'other_log' | null;
}

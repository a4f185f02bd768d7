import type { ClientSessions, Machine } from '@leadmaster/protocol';
import type { AppContext, AppTiming } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { HubFeed } from '../events/feed.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { OpenCalls } from '../keys/open-calls.ts';
import type { SignIns } from '../keys/sign-ins.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { SendingTeller } from '../machines/sending-teller.ts';
import type { Onboarding } from '../onboarding/onboarding.ts';
import type { HubStore } from '../store/index.ts';
import type { AuditTrail } from './audit/trail.ts';
import type { Authenticator } from './authenticate.ts';
import type { SignInCookie } from './sign-in-cookie.ts';

/** What a file of routes gets. */
export interface RouteContext extends AppContext {
  store: HubStore;
  links: MachineLinks;
  teller: SendingTeller;
  ring: KeyRing;
  openCalls: OpenCalls;
  signIns: SignIns;
  cookie: SignInCookie;
  feed: HubFeed;
  callers: Authenticator;
  onboarding: Onboarding;
  /** The public origin; null where only this machine calls. */
  url: string | null;
  /** Who the operator is, as people call them. */
  name: string | null;
  /** For what a handler alone knows of an act: who opened a route without a key, and what it is about. */
  trail: AuditTrail;
  log: Logger;
  timing: AppTiming;
  /** Has a move that was begun be worked on at once. */
  wakeMoves: () => void;
  /** What an operator is to decide about a machine. */
  attentionOf: (machine: string) => Machine['attention'];
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
}

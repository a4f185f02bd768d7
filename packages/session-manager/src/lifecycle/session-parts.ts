import type { AccountKeeper } from './account-keeper.ts';
import type { Capabilities } from './capabilities/capabilities.ts';
import type { Inbox } from './inbox.ts';
import type { SessionStatus } from './session-status.ts';

/** What is known of one session, shared by its supervisor and its steps. */
export interface SessionParts {
  status: SessionStatus;
  account: AccountKeeper;
  capabilities: Capabilities;
  inbox: Inbox;
}

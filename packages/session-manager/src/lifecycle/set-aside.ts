import { forgetMark } from './profile-mark.ts';
import type { SessionParts } from './session-parts.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** Moves a session's profile to trash, in its turn. From before the move on, a missing folder is no lost login. */
export async function setAside(
  { outbox, profiles, store, log }: SupervisorDeps,
  session: string,
  { status, account, inbox }: SessionParts,
  reason: string,
): Promise<void> {
  if (status.state === 'MOVED') inbox.gaveAway();
  else inbox.unlinked();
  outbox.abandon(session);
  forgetMark(store.facts, session);
  const path = await profiles.trash(session, reason);
  status.account = null;
  account.gone();
  status.forgetAccountFacts();
  log.info({ session, path, reason }, 'the profile was moved to trash');
}

import type { SessionAccess } from '../access/session-access.ts';
import type { LinkedLogins } from './linked-logins.ts';
import type { ProfileAccess } from './profile-access.ts';
import type { Roster } from './roster.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SessionStarts } from './session-starts.ts';
import type { SessionViews } from './session-views.ts';

/** What snapshots, transfers and adoption ask of the sessions, answered by those who know. */
export function sessionAccess(parts: {
  roster: Roster;
  registry: SessionRegistry;
  logins: LinkedLogins;
  profileAccess: ProfileAccess;
  views: SessionViews;
  starts: Pick<SessionStarts, 'start'>;
}): SessionAccess {
  const { roster, registry, logins, profileAccess, views, starts } = parts;
  return {
    names: () => roster.names(),
    has: (name) => roster.has(name),
    get: (name) => views.get(name),
    settled: (name, waitMs, signal) => views.settled(name, waitMs, signal),
    async start(name, said) {
      await starts.start(name, said);
      return views.get(name);
    },
    linkedIn: (account, except) => logins.linkedIn(account, except),
    givenAway: (account, except) => logins.givenAway(account, except),
    refuseComing: (name, account) => logins.refuseComing(name, account),
    createFor: (name, loginOf, how) => registry.createFor(name, loginOf, how),
    discard: (name) => registry.discard(name),
    hold: (name, task) => profileAccess.hold(name, task),
    replace: (name, options, task) => profileAccess.replace(name, options, task),
    moveAway: (name, reason, prove) => profileAccess.moveAway(name, reason, prove),
    census: (name, signal) => profileAccess.census(name, signal),
  };
}

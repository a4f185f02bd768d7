import {
  type Check,
  type CheckName,
  FEATURES,
  isRestricted,
  localTime,
  type PageCheckName,
} from '@leadmaster/protocol';
import type { UnreadChats } from '../../state/rows.ts';
import type { SupervisorView } from '../session-status.ts';
import type { Capabilities } from './capabilities.ts';

type NamedCheck = Check & { name: CheckName | PageCheckName };

/** What `check` says of a session beside its profile: features that are not known to work, and actions for the operator. */
export function pageChecks(
  session: { capabilities: Capabilities; view: SupervisorView },
  unread: UnreadChats | null,
): NamedCheck[] {
  return [...needsPerson(session.view), ...limited(session.view), ...late(unread), ...features(session.capabilities)];
}

/** Chats whose missed messages come later than they should. */
function late(unread: UnreadChats | null): NamedCheck[] {
  if (unread === null) return [];
  const { count, chats, retryAt } = unread;
  const named = chats.map(({ chatId, why }) => `${chatId}: ${why}`).join('; ');
  const more = count > chats.length ? `; and ${count - chats.length} more` : '';
  const detail = `what came into ${count} while the session was off could not be read (${named}${more}); tried again at ${localTime(retryAt)}`;
  return [{ name: 'missed chats', ok: false, detail }];
}

function needsPerson({ attention, hint }: SupervisorView): NamedCheck[] {
  return attention === null ? [] : [{ name: 'needs you', ok: false, detail: `${attention}: ${hint}` }];
}

function limited({ limits }: SupervisorView): NamedCheck[] {
  // WhatsApp's last word to a session that is off stays.
  if (limits === null || !isRestricted(limits)) return [];
  const { state, until } = limits.newChats;
  return [{ name: 'new chats', ok: false, detail: `${state}${until === null ? '' : ` until ${localTime(until)}`}` }];
}

function features({ view }: Capabilities): NamedCheck[] {
  // Before the first probe nothing is known of any, which is no news of each.
  if (view.at === null) return [];
  return FEATURES.filter((feature) => view.features[feature] !== 'ok').map((feature) => {
    const broken = view.features[feature] === 'broken';
    const failed = view.checks.filter((check) => check.feature === feature && !check.ok);
    const why = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    const verdict = broken && view.overridden.includes(feature) ? 'broken, used anyway' : view.features[feature];
    return {
      name: `page: ${feature}`,
      ok: !broken,
      detail: `${verdict} on build ${view.build ?? 'unknown'}${why === '' ? '' : ` (${why})`}`,
    };
  });
}

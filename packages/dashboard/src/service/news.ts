import type { HubSession, LeadMasterEvent } from '@leadmaster/protocol';

/** Tell all that they change of a session, as far as a list shows it: the hub is not asked again. */
const TOLD_WHOLE: ReadonlySet<string> = new Set([
  'message.received',
  'message.sent',
  'message.ack',
  'message.failed',
  'contact.mapped',
  'session.qr',
  'session.metadata',
]);

/** Whether more of a session has changed than its event tells. */
export function asksAgain({ type }: LeadMasterEvent): boolean {
  return !TOLD_WHOLE.has(type);
}

/** A session after an event. One that is older than what is known changes nothing, so that events may be told twice. */
export function withNews(session: HubSession, event: LeadMasterEvent): HubSession {
  const { at } = event;
  switch (event.type) {
    case 'message.received':
      return withLife(session, 'lastInboundAt', at);
    case 'message.sent':
      return event.data.origin === 'api' ? withLife(session, 'lastAckAt', at) : session;
    case 'message.ack':
      return withLife(session, 'lastAckAt', at);
    case 'session.metadata':
      return { ...session, metadata: event.data.metadata };
    case 'session.state':
      return at < session.since ? session : withState(session, event);
    default:
      return session;
  }
}

function withLife(session: HubSession, sign: 'lastInboundAt' | 'lastAckAt', at: string): HubSession {
  const { health } = session;
  return at <= (health[sign] ?? '') ? session : { ...session, health: { ...health, [sign]: at } };
}

/** What the operator can do about it may be told to the operator alone: the answer of the hub brings the rest. */
function withState(session: HubSession, { at, data }: Extract<LeadMasterEvent, { type: 'session.state' }>): HubSession {
  const { action: _action, furtherActions: _further, ...rest } = session;
  const { to, reason, stateKind, hint = '', action, attempts } = data;
  const canSend = to === 'READY' && session.sending === 'on';
  return { ...rest, state: to, reason, stateKind, hint, since: at, attempts, canSend, ...(action && { action }) };
}

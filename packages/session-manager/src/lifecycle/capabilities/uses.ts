import type { Feature, LeadMasterEvent } from '@leadmaster/protocol';
import type { StateStore } from '../../state/state-store.ts';

type Use = { feature: Feature; worked: boolean };

/**
 * Tells each session's capabilities of real uses, by the events that are durable already: a probe cannot see that the
 * page has changed the meaning of what it still has.
 */
export function countUses(
  events: Pick<StateStore['events'], 'subscribe'>,
  find: (session: string) => { succeeded(feature: Feature): void; failed(feature: Feature): void } | null,
): void {
  events.subscribe((event) => {
    const use = useOf(event);
    if (use === null) return;
    const capabilities = find(event.session);
    if (use.worked) capabilities?.succeeded(use.feature);
    else capabilities?.failed(use.feature);
  });
}

function useOf(event: LeadMasterEvent): Use | null {
  // What the account sent elsewhere says nothing about our way of sending.
  if (event.type === 'message.sent' && event.data.origin === 'api') return { feature: 'text', worked: true };
  // What WhatsApp refuses, or a number that it does not know, is no fault of the page.
  if (event.type === 'message.failed' && event.data.code === 'not_handed_over')
    return { feature: 'text', worked: false };
  return null;
}

import type { LiveEvent, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/**
 * Collects what happens to messages for a moment and tells it to Node at once: each crossing costs more than many
 * messages do. What is listened to nowhere never crosses.
 */
export function installLive(): void {
  const page = globalThis as unknown as WhatsAppPage;
  const COLLECT_MS = 10;
  const PER_CALL = 100;
  let waiting: LiveEvent[] = [];

  const flush = (): void => {
    const events = waiting;
    waiting = [];
    for (let at = 0; at < events.length; at += PER_CALL) {
      // A page that is left takes the answer with it.
      page.leadmasterEvents(events.slice(at, at + PER_CALL)).catch(() => undefined);
    }
  };

  const push = (event: LiveEvent): void => {
    waiting.push(event);
    if (waiting.length === 1) setTimeout(flush, COLLECT_MS);
  };

  /** For those who listen to the library itself: its own function, with what it gave. */
  const pass = (name: string, args: unknown[]): void => {
    let json: string;
    try {
      json = JSON.stringify(args);
    } catch {
      // The library's own way of crossing would have thrown here.
      return;
    }
    push({ kind: 'library', name, args: json });
  };

  /** What the library calls for a new message and for an acknowledgement. */
  const collector =
    (name: string) =>
    (model: PageMsg, ack?: number): void => {
      const { recordOf, siblingsOf, textOf, wantsModels } = page.leadmaster;
      if (wantsModels) pass(name, ack === undefined ? [model] : [model, ack]);
      if (ack !== undefined) {
        const { id } = model;
        if (id.fromMe) push({ kind: 'ack', id, key: textOf(id), siblings: siblingsOf(id), ack });
        // Notices of the chat itself (who joined, who changed a number) are no messages.
      } else if (model.type !== 'gp2' && model.isNotification !== true) {
        push({ kind: 'message', message: recordOf(model) });
      }
    };

  Object.assign(page.leadmaster, { wantsModels: false, collector });
}

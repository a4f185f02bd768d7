import type { Event } from '@leadmaster/protocol';

/** One event in the form of Server-Sent Events. The data is one line: JSON escapes line ends. */
export function formatEvent(event: Event): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** What an event of any log has: its place in the log, and what it is. */
export interface LoggedEvent {
  id: number;
  type: string;
}

/** One event in the form of Server-Sent Events, under its cursor. The data is one line: JSON escapes line ends. */
export function formatEvent(event: LoggedEvent, cursor: string): string {
  return `id: ${cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

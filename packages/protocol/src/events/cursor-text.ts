/** How far a reader knows a log: the number of its last event, and which log, if known. */
export interface EventCursor {
  id: number;
  logId: string | null;
}

/** A cursor with its log, as `after` and `Last-Event-ID` take it. */
export function cursorText(id: number, log: string): string {
  return `${id}@${log}`;
}

/** Reads what `eventCursor` allows. */
export function cursorOf(sent: number | string): EventCursor {
  const [id = '', log = null] = String(sent).split('@');
  return { id: Number(id), logId: log };
}

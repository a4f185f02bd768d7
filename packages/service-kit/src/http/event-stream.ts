import { cursorText, type LeadMasterEvent } from '@leadmaster/protocol';

/** One event in the form of Server-Sent Events; its id says the log, too. The data is one line: JSON escapes line ends. */
export function formatEvent(event: LeadMasterEvent, logId: string): string {
  return `id: ${cursorText(event.id, logId)}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const HEARTBEAT = ': still here\n\n';

/**
 * The text of an event stream: a greeting, then each event as it comes, and a comment whenever nothing came for a
 * while, so that proxies keep the connection and a dead one is noticed. Whoever reads sets the pace: the next event is
 * fetched when this one has been taken. Ends when the events do.
 */
export async function* eventStream(
  events: AsyncIterable<LeadMasterEvent>,
  options: { greeting: string; from: string; logId: string; heartbeatMs: number; signal: AbortSignal },
): AsyncGenerator<string, void, undefined> {
  // The id alone is no event, and what an EventSource sends back where it is cut off before its first one.
  yield `retry: 2000\nid: ${options.from}\n: ${options.greeting}\n\n`;
  const iterator = events[Symbol.asyncIterator]();
  let next = iterator.next();
  // A failure is read by the loop below; without this it would count as unhandled while a heartbeat is on its way.
  next.catch(() => undefined);
  try {
    while (!options.signal.aborted) {
      const result = await firstOf(next, options.heartbeatMs, options.signal);
      if (result === 'aborted') return;
      if (result === 'late') {
        yield HEARTBEAT;
        continue;
      }
      if (result.done === true) return;
      yield formatEvent(result.value, options.logId);
      next = iterator.next();
      next.catch(() => undefined);
    }
  } finally {
    // Not awaited: it may wait for a next event that never comes, and the signal has told it to end.
    void iterator.return?.()?.catch(() => undefined);
  }
}

/** Which comes first: the work, the time, or the end. Leaves neither timer nor listener behind. */
async function firstOf<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T | 'late' | 'aborted'> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => resolve('aborted');
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, late, aborted]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

import type { LeadMasterEvent } from '@leadmaster/protocol';
import type { ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { line } from '../service/client.ts';
import { onEvent } from '../service/sessions.ts';

/** What comes within it is asked for once. */
const SETTLE_MS = 250;

/** Something of the hub that is shown, as it was last told. */
export interface Loaded<T> {
  data: T | null;
  error: unknown;
  reload: () => void;
}

/** Loads something when it is told to. The newest answer is shown, never an older one that comes late. */
function useAnswer<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> & { begin: () => () => void } {
  const [state, setState] = useState<{ data: T | null; error: unknown }>({ data: null, error: null });
  const under = useRef<AbortController | null>(null);
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(() => {
    under.current?.abort();
    const own = new AbortController();
    under.current = own;
    latest.current(own.signal).then(
      (data) => own.signal.aborted || setState({ data, error: null }),
      (error: unknown) => own.signal.aborted || setState((before) => ({ ...before, error })),
    );
  }, []);

  const begin = useCallback(() => {
    setState({ data: null, error: null });
    reload();
    return () => under.current?.abort();
  }, [reload]);

  return { ...state, reload, begin };
}

/** Calls back each time that the line stands again: what happened meanwhile may not be told. Call what it answers to end it. */
function onLine(standsAgain: () => void): () => void {
  let isLive = line.peek() === 'live';
  return line.subscribe((now) => {
    if (now === 'live' && !isLive) standsAgain();
    isLive = now === 'live';
  });
}

/** Loads again each time that a count moves; not for where it stands, as what is shown was loaded then. */
export function useReload(count: ReadonlySignal<number>, reload: () => void): void {
  useEffect(() => {
    const from = count.peek();
    return count.subscribe((now) => {
      if (now !== from) reload();
    });
  }, [count, reload]);
}

/** Loads something of a session, and again after each of its events that may have changed it, and once the line stands again. */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { session, changes }: { session: string; changes: (event: LeadMasterEvent) => boolean },
): Loaded<T> {
  const { begin, ...loaded } = useAnswer(load);
  const { reload } = loaded;
  const latest = useRef(changes);
  latest.current = changes;

  useEffect(() => {
    const end = begin();
    let settling: ReturnType<typeof setTimeout> | undefined;
    const deaf = onEvent((event) => {
      if (event.session !== session || !latest.current(event)) return;
      clearTimeout(settling);
      settling = setTimeout(reload, SETTLE_MS);
    });
    const leave = onLine(reload);
    return () => {
      deaf();
      leave();
      clearTimeout(settling);
      end();
    };
  }, [session, begin, reload]);

  return loaded;
}

/**
 * Loads something of the whole hub, and again each time that the page's line to it stands again: no event tells of it. `of`: what it is
 * loaded for; another one is loaded from nothing.
 */
export function useHubLoaded<T>(load: (signal: AbortSignal) => Promise<T>, of = ''): Loaded<T> & { askedAt: string } {
  const { begin, ...loaded } = useAnswer(load);
  const { reload, data } = loaded;
  useEffect(() => {
    const end = begin();
    const leave = onLine(reload);
    return () => {
      leave();
      end();
    };
  }, [of, begin, reload]);
  const askedAt = useMemo(() => new Date().toISOString(), [data]);
  return { ...loaded, askedAt };
}

import type { LeadMasterEvent } from '@leadmaster/protocol';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { onEvent } from '../service/sessions.ts';

/** What comes within it is asked for once. */
const SETTLE_MS = 250;

/** Something of the hub that is shown, as it was last told. */
export interface Loaded<T> {
  data: T | null;
  error: unknown;
  reload: () => void;
}

/**
 * Loads something, and again after each event of the session that may have changed it. The newest answer is shown, never an older one
 * that comes late.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { session, changes }: { session: string; changes: (event: LeadMasterEvent) => boolean },
): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: unknown }>({ data: null, error: null });
  const under = useRef<AbortController | null>(null);
  const latest = useRef({ load, changes });
  latest.current = { load, changes };

  const reload = useCallback(() => {
    under.current?.abort();
    const own = new AbortController();
    under.current = own;
    latest.current.load(own.signal).then(
      (data) => own.signal.aborted || setState({ data, error: null }),
      (error: unknown) => own.signal.aborted || setState((before) => ({ ...before, error })),
    );
  }, []);

  useEffect(() => {
    setState({ data: null, error: null });
    reload();
    let settling: ReturnType<typeof setTimeout> | undefined;
    const deaf = onEvent((event) => {
      if (event.session !== session || !latest.current.changes(event)) return;
      clearTimeout(settling);
      settling = setTimeout(reload, SETTLE_MS);
    });
    return () => {
      deaf();
      clearTimeout(settling);
      under.current?.abort();
    };
  }, [session, reload]);

  return { ...state, reload };
}

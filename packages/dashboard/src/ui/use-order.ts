import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';

/** What the last order failed with whose place in the page was gone by then; null where none did. */
export const unseen = signal<unknown>(null);

/** An order that a button gives. */
export interface Order {
  isRunning: boolean;
  error: unknown;
  /** Gives it, unless it is under way. Resolves to whether it was done. */
  give: (work: () => Promise<unknown>) => Promise<boolean>;
  forget: () => void;
}

export function useOrder(): Order {
  const [state, setState] = useState<{ isRunning: boolean; error: unknown }>({ isRunning: false, error: null });
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  return {
    ...state,
    forget: () => setState({ isRunning: false, error: null }),
    async give(work) {
      if (state.isRunning) return false;
      setState({ isRunning: true, error: null });
      try {
        await work();
        setState({ isRunning: false, error: null });
        return true;
      } catch (error) {
        setState({ isRunning: false, error });
        if (!isShown.current) unseen.value = error;
        return false;
      }
    },
  };
}

import { useState } from 'preact/hooks';

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
        return false;
      }
    },
  };
}

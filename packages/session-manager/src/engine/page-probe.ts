import type { Feature } from '@leadmaster/protocol';

/** What one look at a living page found (whatsapp-web-2026, section 8). */
export interface PageProbe {
  /** The build that runs, by its own word. */
  build: string | null;
  /** No module was added for a while: "missing" is not just "not yet". */
  isQuiet: boolean;
  checks: PageCheck[];
  /** Whether the wrapper that journals ids is in place. Without it no text is handed over. */
  canJournal: boolean;
  /** The numbers of the page's databases by name: IndexedDB's version / 10 - 1 (7.3). */
  databases: Record<string, number>;
}

export interface PageCheck {
  name: string;
  feature: Feature;
  /**
   * `missing`: what is asked for is not there. `wrong`: it is there and answers otherwise than it did. `unknown`: it
   * could not be looked at.
   */
  result: 'ok' | 'missing' | 'wrong' | 'unknown';
  /** The step itself calls this: without it the feature cannot work. */
  isNeeded: boolean;
  detail: string;
}

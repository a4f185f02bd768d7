/** How long a test waits, by polling, for what is to come: a limit for what never comes, not a claim of speed. */
export const PATIENCE_MS = 20_000;

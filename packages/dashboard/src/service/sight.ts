import { signal } from '@preact/signals';

/** A look at another tab is shorter. */
const HIDDEN_MS = 60_000;

/**
 * Whether the page may be looked at. One that was hidden for longer needs no stream: over HTTP/1.1 a browser has six connections to a
 * hub, for all of its tabs together.
 */
export const isInSight = signal(!document.hidden);

let hiding: ReturnType<typeof setTimeout> | undefined;

document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (!document.hidden) isInSight.value = true;
  else hiding = setTimeout(hide, HIDDEN_MS);
});

function hide(): void {
  isInSight.value = false;
}

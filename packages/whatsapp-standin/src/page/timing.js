/**
 * The page's own long timers, which `window.__speed` compresses.
 */
const speed = window.__speed || 1;

/** Runs `action` once after `ms` of the page's time, `leastMs` of real time at least; the returned function cancels it. */
export function later(ms, action, leastMs = 0) {
  const timer = setTimeout(action, Math.max(ms / speed, leastMs));
  return () => clearTimeout(timer);
}

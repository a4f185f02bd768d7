/**
 * Which drifts this page plays, as the host wrote them into its HTML: `{name: value or true}`.
 */
const inForce = window.__drifts ?? {};

/** The value of a drift, `true` where it has none, `undefined` where this page does not have it. */
export function drift(name) {
  return inForce[name];
}

import { drift } from './drifts.js';
import { later } from './timing.js';

/**
 * The page reloads itself: some minutes after a fresh link, while its QR is not scanned, and on order.
 */
const AFTER_LINK_MS = 5 * 60_000;
const UNPAIRED_MS = 20_000;
/** However compressed the time is, there must be time to scan the QR. */
const LEAST_UNPAIRED_MS = 6_000;
const IFRAME_MS = 8_000;

let cancelUnpaired = null;
let held = false;

/** Once, when the page has been linked in this very load. */
export function planReloadAfterLink(reload) {
  if (drift('self-reload') !== undefined) later(AFTER_LINK_MS, reload);
}

/** From the first QR on, unless the page is being linked. */
export function planUnpairedReload() {
  if (drift('self-reload') === undefined || held || cancelUnpaired) return;
  cancelUnpaired = later(UNPAIRED_MS, () => location.reload(), LEAST_UNPAIRED_MS);
}

/** The page is being linked, by a code or a scan: it stays. */
export function holdUnpairedReload() {
  held = true;
  cancelUnpaired?.();
  cancelUnpaired = null;
}

export function allowUnpairedReload() {
  held = false;
}

/** A frame of the page navigates again and again. */
export function startFrame() {
  if (drift('iframe-navigates') === undefined) return;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  document.body.append(frame);
  navigate(frame, 0);
}

function navigate(frame, nth) {
  frame.srcdoc = `<p>${nth}</p>`;
  later(IFRAME_MS, () => navigate(frame, nth + 1), 1_000);
}

import { Html, html } from './html.ts';

/** What is drawn in the frame of a step, 96 by 72. `on` is what to look at or tap, `in` is drawn on that. */
const DRAWINGS = {
  /** A phone beside a computer. */
  both: '<rect x="8" y="12" width="26" height="48" rx="5"/><path d="M18 54h6M46 54h46M53 48V22a3 3 0 0 1 3-3h26a3 3 0 0 1 3 3v26z"/><path class="on" d="M38 36h2v2h-2zM43 36h2v2h-2zM48 36h2v2h-2z"/>',
  /** A phone with the sign of a messenger. */
  open: '<rect x="29" y="3" width="38" height="66" rx="6"/><path d="M44 63h8"/><rect class="on" x="37" y="23" width="22" height="22" rx="6"/><path class="in" d="M43 30h10v7h-6l-3 3v-3h-1z"/>',
  /** The menu at the top right, as on Android. */
  android:
    '<path d="M18 72V10a7 7 0 0 1 7-7h46a7 7 0 0 1 7 7v62M27 14h20"/><rect x="34" y="27" width="38" height="38" rx="4"/><path d="M41 36h20M41 57h14"/><rect class="on" x="39" y="42" width="28" height="9" rx="3"/><path class="in" d="M44 46.5h18"/><circle class="on" cx="68" cy="14" r="8"/><path class="in" d="M68 10v.1M68 14v.1M68 18v.1"/>',
  /** The row of tabs at the bottom, as on an iPhone. */
  iphone:
    '<path d="M18 0v62a7 7 0 0 0 7 7h46a7 7 0 0 0 7-7V0M27 8h30M27 20h38M27 32h22M18 44h60"/><circle cx="32" cy="56" r="4"/><circle cx="48" cy="56" r="4"/><circle class="on" cx="66" cy="56" r="9"/><circle class="in" cx="66" cy="56" r="3"/><path class="in" d="M66 50v1M66 61v1M60 56h1M71 56h1"/>',
  /** The button below the linked devices. */
  link: '<path d="M18 0v72M78 0v72M36 26h24M38 22V9a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v13zM27 62h30"/><rect class="on" x="26" y="36" width="44" height="16" rx="8"/><path class="in" d="M38 44h20"/>',
  /** A phone in front of the square. */
  scan: '<rect x="6" y="4" width="36" height="64" rx="6"/><path d="M13 28v-6h6M29 22h6v6M35 44v6h-6M19 50h-6v-6"/><path class="on" d="M19 30h10v12H19zM58 22h12v12H58zM76 22h12v12H76zM58 40h12v12H58zM76 40h5v5h-5zM83 47h5v5h-5z"/><path d="M47 36h5"/>',
  /** The way to a code, at the bottom of the screen that scans. */
  number:
    '<path d="M18 0v62a7 7 0 0 0 7 7h46a7 7 0 0 0 7-7V0M36 12V6h6M54 6h6v6M60 26v6h-6M42 32h-6v-6"/><rect class="on" x="25" y="46" width="46" height="12" rx="6"/><path class="in" d="M34 52h28"/>',
  /** Eight fields, of which some are filled. */
  type: '<rect x="2" y="12" width="92" height="48" rx="7"/><path class="on" d="M9 28h7v16H9zM19 28h7v16h-7zM29 28h7v16h-7z"/><path d="M39 28h7v16h-7zM51 28h7v16h-7zM61 28h7v16h-7zM71 28h7v16h-7zM81 28h7v16h-7z"/>',
  /** A device of the list, and the way to end it. */
  remove:
    '<path d="M18 0v72M78 0v72M26 36h44M26 66h44M28 24h16M30 20v-9a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v9zM50 13h18M50 21h12"/><rect class="on" x="26" y="43" width="44" height="16" rx="8"/><path class="in" d="M44 47l8 8M52 47l-8 8"/>',
  good: '<circle class="on" cx="48" cy="36" r="32"/><path class="in big" d="M33 37l10 10 20-21"/>',
  bad: '<circle class="no" cx="48" cy="36" r="32"/><path class="in big" d="M48 19v20M48 51v.1"/>',
  over: '<circle class="dim" cx="48" cy="36" r="32"/><path class="in big" d="M48 19v18l11 7"/>',
} as const;

export type Drawing = keyof typeof DRAWINGS;

/** A drawing where it is seen; `sheet` has what it is made of. What it shows also stands in words. */
export function drawing(name: Drawing): Html {
  return html`<svg class="art" aria-hidden="true" width="96" height="72"><use href="#${name}-art"/></svg>`;
}

/** What the drawings of a page are made of, once for each. */
export function sheet(names: readonly Drawing[]): Html {
  const symbols = names.map((name) => `<symbol id="${name}-art" viewBox="0 0 96 72">${DRAWINGS[name]}</symbol>`);
  return new Html(`<svg width="0" height="0" hidden>${symbols.join('')}</svg>`);
}

import { revisionOf, type ServedBuild } from './builds.ts';
import { LOADER_STUBS } from './page-stubs.ts';

/** What goes into the page besides its build. */
export interface PageParts {
  /** Where the scripts of this version lie. */
  readonly base: string;
  readonly scripts: readonly string[];
  readonly scriptBytes: number;
  readonly speed: number;
}

/** How far each database may go, by its number in WhatsApp's table (facts of 2026, 7.3); 1617 is the build's own. */
const KNOBS = { 1618: 8, 1619: 1, 1620: 2, 1621: 4, 1623: 6, 1624: 1, 1662: 2, 1663: 14, 1664: 2, 3717: 1 };

/**
 * The page itself. Like WhatsApp's it names its version, its switches and the scripts of that version, so that a kept
 * copy of it (whatsapp-web.js keeps one per version) is a whole old page.
 */
export function pageHtml(build: ServedBuild, parts: PageParts): string {
  const { base, scripts, scriptBytes, speed } = parts;
  const revision = revisionOf(build.version);
  const site = { server_revision: Number(revision), client_revision: Number(revision), push_phase: 'C3' };
  const drifts = JSON.stringify(build.drifts).replaceAll('<', '\\u003c');
  return [
    '<!DOCTYPE html>',
    '<html id="whatsapp-web" lang="en">',
    '<head><meta charset="utf-8"><title>WhatsApp Web</title><link rel="icon" href="data:,">',
    `<script>${LOADER_STUBS}</script>`,
    `<script>window.__version = ${JSON.stringify(build.version)}; window.__speed = ${speed};`,
    `window.__schema = ${build.schema}; window.__drifts = ${drifts};</script>`,
    `<script type="application/json" data-sjs>{"define":[["SiteData",[],${JSON.stringify(site)},317]],`,
    `"justknobx":${JSON.stringify(knobs(build.schema))}}</script>`,
    ...scripts.map((name) => `<link rel="modulepreload" href="${base}/${name}">`),
    scriptBytes > 0 ? `<script defer src="${base}/app.js?bytes=${scriptBytes}"></script>` : '',
    `<script type="module" data-btmanifest="${revision}_main" src="${base}/main.js"></script>`,
    '</head>',
    '<body><div id="app"></div></body></html>',
    '',
  ].join('\n');
}

function knobs(schema: number): Record<string, { readonly r: number }> {
  return Object.fromEntries(Object.entries({ 1617: schema, ...KNOBS }).map(([name, r]) => [name, { r }]));
}

/** What a browser gets that WhatsApp does not like: words, and no app. */
export const UNSUPPORTED_HTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>WhatsApp Web</title><link rel="icon" href="data:,"></head>
<body><h1>WhatsApp works with Google Chrome 100+</h1><p>To use WhatsApp, update Chrome or use another browser.</p></body></html>
`;

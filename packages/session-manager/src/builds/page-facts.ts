/**
 * Which knob of the page's HTML says how far each database may go (whatsapp-web-2026, 7.3: `WAWebDbRolloutUtil`, April;
 * `WAWebSchemaVersions.DatabaseNames`).
 */
const KNOB_OF: Readonly<Record<string, string>> = {
  'model-storage': '1617',
  'fts-storage': '1618',
  'jobs-storage': '1619',
  'lru-media-storage-idb': '1620',
  'offd-storage': '1621',
  'signal-storage': '1623',
  'worker-storage': '1624',
  sw: '1662',
  wawc: '1663',
  wawc_db_enc: '1664',
  'status-storage': '3717',
};

/** The database of messages: the one whose number changes with builds. */
export const MODEL_STORAGE = 'model-storage';

/** Numbers of databases by name. */
export type Numbers = Readonly<Record<string, number>>;

/**
 * The highest number that the page of this HTML opens of each database. A database without a knob, or with one that sets
 * no limit (-1), is left out.
 */
export function readKnobs(html: string): Numbers {
  const found: Record<string, number> = {};
  for (const [database, knob] of Object.entries(KNOB_OF)) {
    const values = [...html.matchAll(new RegExp(`"${knob}":\\{"r":(\\d{1,6})\\}`, 'g'))].map(([, text]) =>
      Number(text),
    );
    // With two values, the lower one is reliable.
    if (values.length > 0) found[database] = Math.min(...values);
  }
  return found;
}

/** The build of a page, by its HTML; null when it does not say. */
export function readBuild(html: string): string | null {
  const revision = /"client_revision":(\d{6,12})\b/.exec(html)?.[1];
  return revision === undefined ? null : `2.3000.${revision}`;
}

/** The scripts without which the page does not start, as whole addresses. What it loads later is not among them. */
export function eagerScripts(html: string, base: string): string[] {
  const tags = html.match(/<(?:script|link)\b[^>]*>/g) ?? [];
  const links = tags.flatMap((tag) => {
    const isScript = tag.startsWith('<script') || /\brel="(?:module)?preload"/.test(tag);
    const link = isScript ? /\b(?:src|href)="([^"]+)"/.exec(tag)?.[1] : undefined;
    return link === undefined || link.startsWith('data:') ? [] : [new URL(link.replaceAll('&amp;', '&'), base).href];
  });
  return [...new Set(links)];
}

/** Orders builds by age, by their numbers: negative when the first is older. */
export function compareBuilds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

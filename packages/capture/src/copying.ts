/**
 * How the content of a file comes into a copy of a running profile:
 * - `immutable`: written once from front to back, then never again. Linked ahead; what is there of it at the freeze counts.
 * - `appended`: only ever grows at its end. Linked ahead, its size at the freeze remembered, later read up to there.
 * - `replaced`: a new file takes its name by rename. Linked ahead, and again if it is another one at the freeze.
 * - `settling`: written here and there for a moment, then left alone. Linked ahead once it has been left alone for
 *   `SETTLED_MS`, else copied during the freeze.
 * - `rewritten`: may change at any place at any time. Copied during the freeze.
 * - `skipped`: of no use in a copy.
 */
export type Way = 'immutable' | 'appended' | 'replaced' | 'settling' | 'rewritten' | 'skipped';

interface Rule {
  /** Of the path below the profile. */
  pattern: RegExp;
  way: Way;
  why: string;
}

/** Beyond the time that the slowest download of one media file may pause between two writes. */
export const SETTLED_MS = 10_000;

/** The first rule that matches wins. Found in Chromium 156 by watching every file of a profile under load; tested again by `test/real`. */
export const RULES: readonly Rule[] = [
  { pattern: /(^|\/)(LOCK|LOG|LOG\.old)$/, way: 'skipped', why: 'LevelDB: the lock, empty, and its diary' },
  { pattern: /(^|\/)\d+\.dbtmp$/, way: 'skipped', why: 'LevelDB: a CURRENT that is being written' },
  { pattern: /(^|\/)\d+\.(ldb|sst)$/, way: 'immutable', why: 'LevelDB table: named by a MANIFEST only once complete' },
  { pattern: /\.indexeddb\.blob\//, way: 'immutable', why: 'IndexedDB value: named by a record only once complete' },
  { pattern: /(^|\/)\d+\.log$/, way: 'appended', why: 'LevelDB log' },
  { pattern: /(^|\/)MANIFEST-\d+$/, way: 'appended', why: 'LevelDB: a log of which tables count' },
  { pattern: /(^|\/)CURRENT$/, way: 'replaced', why: 'LevelDB: names the MANIFEST; written under another name first' },
  { pattern: /(^|\/)(the-real-index|index\.txt)$/, way: 'replaced', why: 'which entries a cache has, likewise' },
  { pattern: /^Local State$/, way: 'replaced', why: 'JSON, likewise' },
  { pattern: /\/(Secure )?Preferences$/, way: 'replaced', why: 'JSON, likewise' },
  { pattern: /^\.leadmaster\.json$/, way: 'replaced', why: 'our record, likewise' },
  {
    pattern: /\/(CacheStorage|ScriptCache)\/(.*\/)?[0-9a-f]{16}_[0-9s]$/,
    way: 'settling',
    why: 'cache entry: grows while it is fetched; compiled code is put behind it later',
  },
];

/** How a file is copied. What no rule knows may change at any time: SQLite databases with their journals, and the rest. */
export function wayOf(path: string): Way {
  return RULES.find((rule) => rule.pattern.test(path))?.way ?? 'rewritten';
}

/**
 * What the parts of a Chromium profile are worth:
 * - `critical`: the login. Without it the operator must scan a QR again.
 * - `important`: kept in copies; without it the session works, but not as before.
 * - `optional`: can be downloaded or rebuilt, at a price (time, traffic, cached media).
 * - `temporary`: rebuilt by the browser; may be deleted whenever it is stopped.
 */
export type StorageClass = 'critical' | 'important' | 'optional' | 'temporary';

/** The session manager's record beside the files of a profile. */
export const RECORD_FILE = '.leadmaster.json';

export const WHATSAPP_ORIGIN = 'https_web.whatsapp.com_0';

/** The two stores that together are the login (found by experiment: either alone gives a QR). */
export const LOGIN_STORES = {
  indexedDb: `Default/IndexedDB/${WHATSAPP_ORIGIN}.indexeddb.leveldb`,
  localStorage: 'Default/Local Storage/leveldb',
} as const;

export interface Rule {
  /** A path below the profile; matches itself and everything below. `*` stands for any characters but `/`. */
  path: string;
  class: StorageClass;
  why: string;
}

/** The first rule that matches wins. */
export const RULES: readonly Rule[] = [
  { path: RECORD_FILE, class: 'critical', why: 'our record: generation, browser version, account' },
  { path: LOGIN_STORES.indexedDb, class: 'critical', why: 'keys, Signal sessions, chats' },
  {
    path: `Default/IndexedDB/${WHATSAPP_ORIGIN}.indexeddb.blob`,
    class: 'critical',
    why: 'values that the database keeps as files',
  },
  { path: LOGIN_STORES.localStorage, class: 'critical', why: 'the other half of the login' },

  { path: '.leadmaster-*.tmp', class: 'temporary', why: 'a record that was being written' },
  {
    path: 'Local State',
    class: 'important',
    why: 'settings of the whole profile; the key of encrypted cookies on some systems',
  },
  { path: 'Last Version', class: 'important', why: 'which Chromium wrote the profile last' },
  { path: 'Default/Preferences', class: 'important', why: 'settings, permissions given to the page' },
  { path: 'Default/Secure Preferences', class: 'important', why: 'settings' },
  { path: 'Default/Cookies*', class: 'important', why: 'cookies (older layout)' },
  { path: 'Default/Network/Cookies*', class: 'important', why: 'cookies' },
  { path: 'Default/Session Storage', class: 'important', why: 'state of the open page' },
  { path: 'Default/IndexedDB', class: 'important', why: 'databases of other origins' },
  { path: 'Default/WebStorage', class: 'important', why: 'storage buckets, the newer layout of databases and caches' },
  { path: 'Default/Service Worker/Database', class: 'important', why: 'the registered service worker' },
  {
    path: 'Default/Service Worker/ScriptCache',
    class: 'optional',
    why: 'scripts of the service worker; fetched again',
  },
  {
    path: 'Default/Service Worker/CacheStorage',
    class: 'optional',
    why: 'cached media; gone for good where the phone has none',
  },

  { path: 'Singleton*', class: 'temporary', why: 'who has the profile open' },
  { path: 'DevToolsActivePort', class: 'temporary', why: 'port of the last run' },
  { path: 'BrowserMetrics*', class: 'temporary', why: 'telemetry' },
  { path: 'Crash*', class: 'temporary', why: 'crash dumps' },
  { path: '*Cache', class: 'temporary', why: 'caches' },
  { path: 'component_crx_cache', class: 'temporary', why: 'downloaded components' },
  { path: 'Default/Code Cache', class: 'temporary', why: 'compiled scripts' },
  { path: 'Default/*Cache', class: 'temporary', why: 'caches' },
  { path: 'Default/Service Worker', class: 'temporary', why: 'the rest of the service worker' },
  { path: 'Default/blob_storage', class: 'temporary', why: 'blobs of the last run' },
  { path: 'Default/Network/*', class: 'temporary', why: 'reports, transport security, trust tokens' },
];

const COMPILED = RULES.map((rule) => ({
  ...rule,
  pattern: new RegExp(`^${source(rule.path)}(/|$)`),
  /** Its path name by name. */
  names: rule.path.split('/').map((name) => new RegExp(`^${source(name)}$`)),
}));

function source(path: string): string {
  return path.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
}

/** The rule that decides about a path below a profile; null for what no rule knows. */
export function ruleOf(path: string): Rule | null {
  return COMPILED.find((candidate) => candidate.pattern.test(path)) ?? null;
}

/** The class of a path below a profile, and why. What no rule knows is `optional`: never thrown away, never counted as login. */
export function classify(path: string): { class: StorageClass; why: string } {
  const rule = ruleOf(path);
  return rule === null ? { class: 'optional', why: 'not known to matter' } : { class: rule.class, why: rule.why };
}

/**
 * Whether anything of these classes may be in a folder, at any depth. False spares the walk through it: caches have
 * thousands of files.
 */
export function mayHold(folder: string, classes: readonly StorageClass[]): boolean {
  if (folder === '' || classes.includes(classify(folder).class)) return true;
  const names = folder.split('/');
  return COMPILED.some((rule) => classes.includes(rule.class) && liesBelow(rule.names, names));
}

function liesBelow(rule: readonly RegExp[], folder: readonly string[]): boolean {
  return rule.length > folder.length && folder.every((name, i) => rule[i]?.test(name));
}

/** The folders and files that hold the whole critical class. */
export const CRITICAL_PATHS: readonly string[] = RULES.filter((rule) => rule.class === 'critical').map(
  (rule) => rule.path,
);

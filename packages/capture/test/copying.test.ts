import { describe, expect, test } from 'vitest';
import { mayHold } from '../src/classify.ts';
import { RULES, wayOf } from '../src/copying.ts';
import { CACHE, INDEXED_DB } from './folders.ts';

describe('how a file is copied', () => {
  test.each([
    [`${INDEXED_DB}/000123.ldb`, 'immutable'],
    ['Default/Session Storage/000005.sst', 'immutable'],
    ['Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.blob/1/00/1f', 'immutable'],
    [`${INDEXED_DB}/000124.log`, 'appended'],
    [`${INDEXED_DB}/MANIFEST-000001`, 'appended'],
    [`${INDEXED_DB}/CURRENT`, 'replaced'],
    ['Local State', 'replaced'],
    ['Default/Preferences', 'replaced'],
    ['Default/Secure Preferences', 'replaced'],
    ['.leadmaster.json', 'replaced'],
    [`${CACHE}/index-dir/the-real-index`, 'replaced'],
    ['Default/Service Worker/CacheStorage/0bf6ab7f/index.txt', 'replaced'],
    [`${CACHE}/ed706eb77f65c5cf_0`, 'settling'],
    ['Default/Service Worker/ScriptCache/2cc80dabc69f58b6_1', 'settling'],
    [`${INDEXED_DB}/LOCK`, 'skipped'],
    [`${INDEXED_DB}/LOG.old`, 'skipped'],
    [`${INDEXED_DB}/000002.dbtmp`, 'skipped'],
    ['Default/Cookies', 'rewritten'],
    ['Default/Cookies-journal', 'rewritten'],
    ['Default/DIPS-wal', 'rewritten'],
    [`${CACHE}/index`, 'rewritten'],
    ['Last Version', 'rewritten'],
    ['Default/something of next year', 'rewritten'],
    ['Default/my.log', 'rewritten'],
  ])('%s: %s', (path, way) => {
    expect(wayOf(path)).toBe(way);
  });

  test('every rule has its reason', () => {
    for (const { why } of RULES) expect(why.length).toBeGreaterThan(5);
  });
});

describe('which folders are worth a look', () => {
  const essential = ['critical', 'important'] as const;

  test.each([
    '',
    'Default',
    'Default/IndexedDB',
    INDEXED_DB,
    'Default/Service Worker',
    'Default/Service Worker/Database',
  ])('yes: %s', (folder) => {
    expect(mayHold(folder, essential)).toBe(true);
  });

  test.each(['GPUCache', 'Default/Cache', 'Default/Service Worker/CacheStorage', 'Default/Extensions', 'Other'])(
    'no: %s',
    (folder) => {
      expect(mayHold(folder, essential)).toBe(false);
    },
  );

  test('what no rule knows is in a full copy, what is temporary is not', () => {
    const full = [...essential, 'optional'] as const;
    expect(mayHold('Default/Extensions', full)).toBe(true);
    expect(mayHold('Default/Service Worker/CacheStorage', full)).toBe(true);
    expect(mayHold('Default/Code Cache', full)).toBe(false);
  });
});

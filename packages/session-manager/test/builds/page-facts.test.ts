import { describe, expect, test } from 'vitest';
import { compareBuilds, eagerScripts, readBuild, readKnobs } from '../../src/builds/page-facts.ts';
import { mayRaise, tooNew } from '../../src/builds/schema-rule.ts';
import { pageOf } from './pages.ts';

const BUILD = '2.3000.1043191242';

describe('the HTML of a page', () => {
  test('says its build and how far it opens each database', () => {
    expect(readBuild(pageOf(BUILD))).toBe(BUILD);
    expect(readKnobs(pageOf(BUILD))).toEqual({
      'model-storage': 198,
      'fts-storage': 8,
      'signal-storage': 6,
      wawc: 14,
      wawc_db_enc: 2,
    });
  });

  test('says nothing where it is another page', () => {
    expect(readBuild('<html>WhatsApp works with Google Chrome 100+</html>')).toBeNull();
    expect(readKnobs('<html>"1617":{"r":true}</html>')).toEqual({});
    expect(readKnobs('"1617":{"r":-1}')).toEqual({});
  });

  test('a knob that is there twice counts as the lower one', () => {
    expect(readKnobs('"1617":{"r":201} "1617":{"r":198}')).toEqual({ 'model-storage': 198 });
  });

  test('names the scripts that it starts with, whole', () => {
    expect(eagerScripts(pageOf(BUILD), 'https://web.whatsapp.com/')).toEqual([
      'https://static.whatsapp.net/rsrc.php/1043191242/a.js',
      'https://static.whatsapp.net/rsrc.php/b.js?x=1&y=2',
    ]);
    expect(eagerScripts('<script src="/static/main.js">', 'https://web.whatsapp.com/')).toEqual([
      'https://web.whatsapp.com/static/main.js',
    ]);
  });

  test('builds are ordered by their numbers', () => {
    const sorted = ['2.3000.1043191242', '2.3000.999', '2.2412.54'].sort(compareBuilds);
    expect(sorted).toEqual(['2.2412.54', '2.3000.999', '2.3000.1043191242']);
  });
});

describe('the schema rule', () => {
  const reach = { knobs: { 'model-storage': 198, wawc: 14 }, opened: { cache: 3 } };

  test('a build opens a profile whose every database it goes as far as', () => {
    expect(tooNew(reach, { 'model-storage': 198, wawc: 13, cache: 3 })).toEqual([]);
  });

  test('one database that is newer is enough to refuse', () => {
    expect(tooNew(reach, { 'model-storage': 201, wawc: 14 })).toEqual([
      { database: 'model-storage', number: 201, reach: 198 },
    ]);
    expect(tooNew(reach, { 'model-storage': 190, wawc: 15 })).toEqual([{ database: 'wawc', number: 15, reach: 14 }]);
  });

  test('a database that no knob speaks of is refused unless the build was READY with it here', () => {
    expect(tooNew(reach, { 'model-storage': 198, cache: 4 })).toEqual([{ database: 'cache', number: 4, reach: 3 }]);
    expect(tooNew(reach, { 'model-storage': 198, other: 1 })).toEqual([{ database: 'other', number: 1, reach: null }]);
  });

  test('a page without the knob of the messages opens no profile with a login', () => {
    expect(tooNew({ knobs: { wawc: 14 }, opened: { wawc: 14 } }, { wawc: 14 })).toEqual([
      { database: 'wawc', number: 14, reach: null },
    ]);
  });

  test('a build with a higher knob may raise a number, one with the same does not', () => {
    expect(mayRaise(reach, { 'model-storage': 198, wawc: 14 })).toBe(false);
    expect(mayRaise(reach, { 'model-storage': 197, wawc: 14 })).toBe(true);
  });
});

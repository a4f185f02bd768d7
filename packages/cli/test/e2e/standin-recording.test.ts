import { expect, test } from 'vitest';
import { recordStandin } from '../../../session-manager/prove/standin-recording/record-standin.ts';
import { differencesOf } from '../../src/record/compare.ts';
import { PAGE_DATES, readStandinPages } from '../../src/record/standin-pages.ts';

/** `record --check` compares with a file; it must be what the stand-in plays today. */
test.each(PAGE_DATES)('what --check takes for the page of %s is what the stand-in plays', async (date) => {
  const recorded = (await readStandinPages())[date];
  const played = await recordStandin(date);
  expect(played, 'make it again: npm run prove -- standin-recording --write').toEqual(recorded);
  expect(differencesOf(played.ready, recorded.ready)).toEqual([]);
});

test('the pages of April and September differ in where a message keeps the text of its key', async () => {
  const { april, september } = await readStandinPages();
  expect(differencesOf(september.ready, april.ready)).toContainEqual({
    what: 'message_key',
    name: 'text',
    file: '$1',
    standin: '_serialized',
  });
});

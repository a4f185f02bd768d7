import { localTime } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { FINDING_IDS, found, TOPICS } from '../src/finding.ts';
import { DOCTOR_WORDS, fill, sayFinding } from '../src/words/words.ts';

const namesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();

test('both languages say the same things of the same things', () => {
  const { en, es } = DOCTOR_WORDS;
  for (const id of FINDING_IDS) {
    const [english, spanish] = [en.findings[id], es.findings[id]];
    expect(namesIn(spanish.what), id).toEqual(namesIn(english.what));
    expect(new Set(namesIn(spanish.fix)), id).toEqual(new Set(namesIn(english.fix)));
    expect(spanish.what, id).not.toBe(english.what);
  }
  for (const topic of TOPICS) expect(es.ok[topic]).not.toBe(en.ok[topic]);
});

test('a time in a finding is told as for people; its data keep it as it was', () => {
  const since = '2026-11-25T05:00:07.000Z';
  const about = { pid: 7, since };
  expect(sayFinding('en', found('note', 'lock_stale', '/x', about)).what).toContain(`since ${localTime(since)}`);
  expect(about.since).toBe(since);
});

test('a name without a value stays, so that it is seen', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
});

test.each(['en', 'es'] as const)(
  'a missing profile may have been moved: said before a snapshot is offered (%s)',
  (language) => {
    const { fix } = DOCTOR_WORDS[language].findings.profile_missing;
    const moved = fix.search(/another installation|otra instalación/);
    expect(moved).toBeGreaterThan(-1);
    expect(moved).toBeLessThan(fix.indexOf('snapshot restore'));
    expect(fix).toMatch(/Only if it runs nowhere else|Solo si no corre en ningún otro lugar/);
  },
);

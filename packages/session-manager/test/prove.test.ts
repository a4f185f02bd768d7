import type { Message, MessageState } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { chosen, readOptions } from '../prove/command/options.ts';
import { caseName, driftCases, inForce } from '../prove/drift/cases.ts';
import { judgeCase } from '../prove/drift/drift-proof.ts';
import { type Outcome, restOf, STEPS, type Step, wantsOf } from '../prove/drift/wants.ts';
import { differences } from '../prove/house-kills/contents.ts';
import { holesIn, numbersOf } from '../prove/moments/load.ts';
import { pausesOf } from '../prove/moments/report.ts';
import { judgeChat } from '../prove/outbox/judge.ts';
import { seeded } from '../prove/service/random.ts';
import { type SoakPoint, stillGrowing } from '../prove/soak/report.ts';
import { lostRows } from '../prove/trim/lost-rows.ts';
import { stepLabel } from '../prove/vault-kills/plan.ts';
import { everyPointOf, pickSome, pointsOf } from '../prove/vault-kills/points.ts';

/** A proof that cannot fail proves nothing: these are the judges of the long proofs. */
describe('holes in numbered messages', () => {
  const messages = ['in 1', 'out 1', 'in 3', 'in 2', 'hello'].map((body) => ({ body }));

  test('are none when every number is there once, in any order', () => {
    expect(numbersOf(messages, 'in')).toEqual([1, 3, 2]);
    expect(holesIn([1, 3, 2], 3)).toBeNull();
    expect(holesIn([1, 3, 2], 2)).toBeNull();
    expect(holesIn([], 0)).toBeNull();
  });

  test('are told when one is missing in between, at the end, or there twice', () => {
    expect(holesIn([1, 2, 4], 3)).toBe('1 of 4 messages are missing: 3');
    expect(holesIn([1, 2], 3)).toBe('only 2 of 3 messages are there');
    expect(holesIn([1, 2, 2], 2)).toBe('1 messages are there twice');
  });
});

describe('rows after a trim', () => {
  const census = (rows: Record<string, number>, localStorage = 4) => ({ localStorage, rows });

  test('may be more, and not fewer', () => {
    expect(lostRows(census({ message: 5, chat: 1 }), census({ message: 6, chat: 1 }))).toEqual([]);
    expect(lostRows(census({ message: 5, chat: 1 }), census({ message: 4, chat: 1 }))).toEqual([
      'message had 5 rows and has 4',
    ]);
    expect(lostRows(census({ message: 5 }), census({}))).toEqual(['message had 5 rows and has 0']);
    expect(lostRows(census({}), census({}, 0))).toEqual(['localStorage is empty']);
  });

  test('without a count are no proof', () => {
    expect(lostRows(null, census({}))).toHaveLength(1);
    expect(lostRows(census({}), null)).toHaveLength(1);
  });
});

describe('pauses', () => {
  test('are summed up by load, by mode and by method', () => {
    const of = (mode: string, method: string, pauseMs: number) => ({ mode, method, pauseMs });
    const many = Array.from({ length: 100 }, (_, i) => of('messages', 'cgroup', i + 1));
    const pauses = pausesOf([...many, of('steady', 'sigstop', 7), of('flat_out', 'cgroup', 9)]);
    expect(pauses.messages).toEqual({ count: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
    expect(pauses.bulk).toEqual({ count: 2, p50Ms: 7, p99Ms: 9, maxMs: 9 });
    expect(pauses['bulk/sigstop']?.count).toBe(1);
  });
});

describe('growth of a vault', () => {
  const series = (storedMb: (i: number) => number, liveMb: (i: number) => number): SoakPoint[] =>
    Array.from({ length: 40 }, (_, i) => ({
      ...{ snapshot: i, kept: 20, unneededMb: 0, packs: 9 },
      ...{ storedMb: storedMb(i), liveMb: liveMb(i) },
    }));

  test('is none when it levels off, or follows its profile', () => {
    expect(
      stillGrowing(
        series(
          (i) => Math.min(i, 20),
          () => 10,
        ),
      ),
    ).toBeNull();
    expect(
      stillGrowing(
        series(
          (i) => 20 + i,
          (i) => 10 + i / 2,
        ),
      ),
    ).toBeNull();
  });

  test('is told when the last half keeps growing', () => {
    expect(
      stillGrowing(
        series(
          (i) => i + 1,
          () => 10,
        ),
      ),
    ).toContain('the vault grew by a factor of 1.39');
  });
});

describe('steps to die at', () => {
  test('are named by their kind', () => {
    expect(stepLabel('rename', ['/x/data/staging/restore-kept-0a1b2c3d4e5f', '/x/data/tokens/kept'])).toBe(
      'rename staging/restore -> tokens/kept',
    );
    expect(stepLabel('look', ['/x/data/vault/vault'])).toBeNull();
    expect(stepLabel('sync', [''])).toBeNull();
  });

  test('are the first and the last of each kind, before and after', () => {
    const points = pointsOf(
      new Map([
        ['once', 1],
        ['often', 5],
      ]),
    );
    expect(points.map(({ label, count, when }) => `${when} ${label} ${count}`)).toEqual([
      ...['before once 1', 'after once 1', 'before often 1', 'after often 1', 'before often 5', 'after often 5'],
    ]);
    expect(pickSome(points, 100, () => 0.5)).toHaveLength(6);
    expect(new Set(pickSome(points, 3, () => 0.9)).size).toBe(3);
  });

  test('or all of them: before each, and after the last of each kind', () => {
    const points = everyPointOf(
      new Map([
        ['once', 1],
        ['often', 3],
      ]),
    );
    expect(points.map(({ label, count, when }) => `${when} ${label} ${count}`)).toEqual([
      ...['before once 1', 'after once 1', 'before often 1', 'before often 2', 'before often 3', 'after often 3'],
    ]);
  });
});

describe('a profile after a death', () => {
  const whole = new Map([
    ['Local State', 'a'],
    ['Default/Cookies', 'b'],
  ]);

  test('is whole, or what it lacks, has changed or has too much is named', () => {
    expect(differences(new Map(whole), whole)).toEqual([]);
    expect(differences(null, whole)).toEqual(['the whole folder']);
    expect(differences(new Map([['Default/Cookies', 'c']]), whole)).toEqual([
      'lacks Local State',
      'lacks Default/Cookies',
    ]);
    expect(differences(new Map([...whole, ['stray', 'x']]), whole)).toEqual(['has stray']);
  });

  test('may have what is on its way out, as it was', () => {
    const cache = new Map([['Cache/1', 'x']]);
    expect(differences(new Map([...whole, ['Cache/1', 'x']]), whole, cache)).toEqual([]);
    expect(differences(new Map([...whole, ['Cache/1', 'half']]), whole, cache)).toEqual(['has Cache/1']);
  });
});

describe('options of a proof', () => {
  const read = (...line: string[]) => readOptions({ kills: 60, only: 'save,prune', lenient: false }, line);

  test('are what their defaults are: numbers, words, yes or no', () => {
    expect(read()).toEqual({ kills: 60, only: 'save,prune', lenient: false, json: false });
    expect(read('--kills', '2.5', '--only', 'save', '--lenient', '--json')).toEqual({
      kills: 2.5,
      only: 'save',
      lenient: true,
      json: true,
    });
  });

  test('are refused for an invalid number or an unknown name', () => {
    expect(() => read('--kills', 'many')).toThrow('--kills is a number; it is many');
    expect(() => read('--kills', '')).toThrow('--kills is a number');
    expect(() => read('--points', '3')).toThrow(/points/);
  });

  test('choose some of the names that there are, and no other: else less is proven than was asked for', () => {
    const operations = ['save', 'prune', 'restore'] as const;
    expect(chosen('only', 'restore,save', operations)).toEqual(['save', 'restore']);
    expect(() => chosen('only', 'save,prun', operations)).toThrow(
      '--only is some of save,prune,restore; it is save,prun',
    );
    expect(() => chosen('only', '', operations)).toThrow('--only is some of');
  });
});

describe('the word of the service about messages', () => {
  const message = (state: MessageState): Message => ({
    ...{ id: 'msg_1', session: 's', state, whatsappId: 'true_1@c.us_3EB0', to: '1' },
    ...{ error: null, code: null, retryAt: null, at: '2026-11-29T00:00:00.000Z' },
  });
  type Told = [string, ...MessageState[]];
  const textsOf = (sent: Told[]) => sent.map(([text]) => text);
  const judge = (received: string[], sent: Told[], accepted = textsOf(sent)) =>
    judgeChat(
      'chat',
      { sent: sent.map(([text, ...states]) => ({ text, messages: states.map(message) })), accepted },
      received,
    ).faults;
  const faults = (received: string[], ...sent: Told[]) => judge(received, sent);

  test('is true when each text that was told SENT is there once, and none that was told FAILED', () => {
    expect(faults(['a', 'b'], ['a', 'SENT'], ['b', 'FAILED', 'READ'], ['c', 'FAILED'], ['d', 'UNCERTAIN'])).toEqual([]);
    expect(faults(['a'], ['a', 'UNCERTAIN'])).toEqual([]);
  });

  test('is a lie when one is missing, there twice, there although FAILED, or still open', () => {
    expect(faults([], ['a', 'SENT'])).toEqual(['chat: "a" was told SENT, and did not arrive']);
    expect(faults(['a', 'a'], ['a', 'SENT'])).toEqual([
      'chat: "a" arrived 2 times',
      'chat: "a" was told SENT (null), and arrived',
    ]);
    expect(faults(['a'], ['a', 'FAILED'])).toEqual(['chat: "a" was told FAILED (null), and arrived']);
    expect(faults([], ['a', 'SENDING'])).toEqual(['chat: "a" stays SENDING']);
  });

  test('is a fault when a chat is out of order', () => {
    expect(faults(['b', 'a'], ['a', 'SENT'], ['b', 'SENT'])).toEqual(['chat: "a" arrived after "b"']);
  });

  test('is none when a text that was told FAILED was sent again, and arrives in its later place', () => {
    expect(
      judge(
        ['b', 'a'],
        [
          ['a', 'FAILED', 'SENT'],
          ['b', 'SENT'],
        ],
        ['a', 'b', 'a'],
      ),
    ).toEqual([]);
  });
});

describe('what a drift allows', () => {
  const outcomes = (outcome: Outcome, change: Partial<Record<Step, Outcome>> = {}) =>
    ({ ...Object.fromEntries(STEPS.map((step) => [step, outcome])), ...change }) as Record<Step, Outcome>;
  const judge = (drifts: string[], came: Record<Step, Outcome>, lies: string[] = []) =>
    judgeCase({ page: 'september', drifts }, { outcomes: came, notes: [], lies });

  test('is everything with a neutral one, and nothing else', () => {
    expect(judge(['lid', 'modules-late'], outcomes('ok'))).toEqual([]);
    expect(judge(['lid'], outcomes('ok', { out: 'failed' }))).toHaveLength(1);
    expect(judge([], outcomes('ok'), ['"x" arrived 2 times'])).toEqual(['the page of september: "x" arrived 2 times']);
  });

  test('is a named refusal with a limiting one, also beside neutral ones', () => {
    expect(judge(['lid', 'timelock'], outcomes('ok', { 'new chat': 'refused' }))).toEqual([]);
    expect(judge(['timelock'], outcomes('ok'))).toHaveLength(1);
  });

  test('is a state to rest in with a terminal one, and nothing after it', () => {
    expect(wantsOf({ page: 'september', drifts: ['passkey'] }).link).toEqual(['at rest']);
    expect(restOf({ page: 'september', drifts: ['logout-reason=3'] })).toEqual({
      state: 'AUTH_FAILURE',
      reason: 'account_locked',
    });
  });

  test('is tried alone for each drift, and in combinations that the seed decides', () => {
    const cases = () => driftCases('september', { combinations: 3, random: seeded(7) }).map(caseName);
    expect(cases()).toEqual(cases());
    expect(cases()).toContain('module-missing=send');
    expect(inForce({ page: 'september', drifts: ['msgkey-uncached'] })).toEqual(['-msgkey-renamed', 'msgkey-uncached']);
  });
});

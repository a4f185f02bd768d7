import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cli } from '../src/cli.ts';
import { bar, progressLine, progressText, type Shown } from '../src/output/progress.ts';
import { ProgressView } from '../src/output/progress-view.ts';
import { ioOf, Sink } from './harness.ts';

const HALF: Shown = {
  label: 'ventas',
  phase: 'storing',
  done: 60_000_000,
  total: 120_000_000,
  elapsedMs: 2000,
  doneBefore: 0,
};

describe('a line of progress', () => {
  test('label, phase, bar, share, amount, rate, time left', () => {
    expect(progressLine(HALF, 120)).toBe(
      'ventas  storing  ━━━━━━━━━━━━━━━───────────────   50 %  60 MB of 120 MB  30 MB/s  2 s left',
    );
  });

  test('a narrow terminal gets a shorter bar, then fewer words', () => {
    const lines = [90, 75, 65, 60, 40, 30, 20, 8].map((columns) => progressLine(HALF, columns));
    expect(lines).toEqual([
      'ventas  storing  ━━━━━━━━━━──────────   50 %  60 MB of 120 MB  30 MB/s  2 s left',
      'ventas  storing  ━━━━━─────   50 %  60 MB of 120 MB  30 MB/s  2 s left',
      'ventas  storing  ━━━━━─────   50 %  60 MB of 120 MB  2 s left',
      'ventas  storing  ━━━━━━━━━━──────────   50 %  2 s left',
      'ventas  storing  ━━━━━─────   50 %',
      'ventas  storing   50 %',
      'ventas  storing   5',
      'ventas ',
    ]);
  });

  test('without a total there is no bar; in a first moment no rate', () => {
    expect(progressLine({ ...HALF, total: null }, 120)).toBe('ventas  storing  60 MB  30 MB/s');
    expect(progressLine({ ...HALF, elapsedMs: 100 }, 60)).toBe('ventas  storing  ━━━━━─────   50 %  60 MB of 120 MB');
    expect(progressLine({ ...HALF, done: 0, total: null }, 120)).toBe('ventas  storing');
  });

  test('what was done before the phase began is no part of its rate', () => {
    expect(progressText({ ...HALF, doneBefore: 40_000_000 })).toContain('10 MB/s, 6 s left');
  });

  test('phases that count something else say so by their last word', () => {
    const shown = { ...HALF, phase: 'deleting packs', done: 3, total: 4 };
    expect(progressText(shown)).toBe('ventas: deleting packs, 75 %, 3 of 4, 1 s left');
  });

  test('every progress fits into one line and its bar into its columns', () => {
    const number = fc.double({ min: 0, max: 1e13, noNaN: true });
    const shown = fc.record({
      label: fc.string({ maxLength: 63 }),
      phase: fc.string({ maxLength: 30 }),
      done: number,
      total: fc.option(number),
      elapsedMs: number,
      doneBefore: number,
    });
    fc.assert(
      fc.property(shown, fc.integer({ min: 1, max: 200 }), (some, columns) => {
        expect(progressLine(some, columns).length).toBeLessThan(Math.max(columns, 1));
        expect(bar(some, 20)).toHaveLength(20);
      }),
    );
  });
});

describe('the view', () => {
  function view(stderr: Sink, options: { json?: boolean; env?: Record<string, string> } = {}) {
    let now = 0;
    const cli = new Cli(ioOf({ stderr, env: options.env ?? {} }), options.json ?? false);
    const made = new ProgressView(cli, 'ventas', () => now);
    const at = (ms: number, done: number, phase = 'storing'): string => {
      now = ms;
      made.update({ phase, done, total: 100 });
      return stderr.take();
    };
    return { at, end: () => made.end() };
  }

  const terminal = (): Sink => Object.assign(new Sink(), { isTTY: true, columns: 100, rows: 40 });

  test('on a terminal one line is drawn again, not more often than eyes can follow, and removed at the end', () => {
    const stderr = terminal();
    const { at, end } = view(stderr);
    expect(at(0, 10)).toMatch(/ventas {2}storing .* 10 %.*\n$/);
    expect(at(50, 20)).toBe('');
    expect(at(60, 20, 'verifying')).toContain('verifying');
    expect(at(120, 30, 'verifying')).toBe('');
    expect(at(170, 40, 'verifying')).toMatch(/\[1A\r.* 40 %/);
    end();
    expect(stderr.take()).toBe('\u001b[1A\r\u001b[0J');
  });

  test('into a file: a plain line now and then', () => {
    const stderr = new Sink();
    const { at, end } = view(stderr);
    expect(at(0, 10)).toBe('');
    expect(at(9000, 20, 'verifying')).toBe('');
    expect(at(10_000, 30, 'verifying')).toBe('ventas: verifying, 30 %, 30 B of 100 B, 10 B/s, 7 s left\n');
    expect(at(19_000, 40, 'verifying')).toBe('');
    end();
    expect(stderr.text).toBe('');
  });

  test('with --json nothing; on a terminal that cannot move its cursor plain lines', () => {
    const stderr = terminal();
    expect(view(stderr, { json: true }).at(60_000, 10)).toBe('');
    const dumb = view(stderr, { env: { TERM: 'dumb' } });
    expect(dumb.at(60_000, 10)).toBe('ventas: storing, 10 %, 10 B of 100 B\n');
  });
});

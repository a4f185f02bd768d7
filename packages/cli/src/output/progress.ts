import type { Progress } from '@leadmaster/protocol';
import { ENGLISH, type Words } from '../words/words.ts';
import { bytes, duration } from './words.ts';

/** How far work has come, as it is shown. */
export interface Shown extends Progress {
  /** Whose work it is. */
  label: string;
  /** Whether it counts something other than bytes. Left out: as the name of the phase says. */
  counts?: boolean;
  /** Since the phase began, in milliseconds, and what was done of it by then. */
  elapsedMs: number;
  doneBefore: number;
}

type Paint = (text: string) => string;

const BAR_WIDTHS = [30, 20, 10];
/** A rate from less time than this is a guess. */
const RATE_FROM_MS = 500;

/** Phases that count something other than bytes name it by their last word. */
const COUNTED = /\b(files|sessions|snapshots|packs|keys|rows|requests)$/;

/** Whether a phase, by the service's name for it, counts something other than bytes. */
export function countsThings(phase: string): boolean {
  return COUNTED.test(phase);
}

/**
 * One line: label, phase, bar, share, amount, rate, time left. What does not fit into the columns is left out, the
 * least needed first, so that the line never wraps.
 */
export function progressLine(
  shown: Shown,
  columns: number,
  words: Words = ENGLISH,
  paint: Paint = (text) => text,
): string {
  const { share, amount, rate, left } = parts(shown, words);
  const name = [shown.label, shown.phase];
  const tails = [[share, amount, rate, left], [share, amount, left], [share, left], [share]];
  for (const tail of tails) {
    for (const width of share === '' ? [] : BAR_WIDTHS) {
      const line = join([...name, 'x'.repeat(width), ...tail]);
      if (line.length < columns) return join([...name, paint(bar(shown, width)), ...tail]);
    }
    const line = join([...name, ...tail]);
    if (share === '' && line.length < columns) return line;
  }
  return join([...name, share]).slice(0, Math.max(0, columns - 1));
}

/** The same in words, for logs. */
export function progressText(shown: Shown, words: Words = ENGLISH): string {
  const { share, amount, rate, left } = parts(shown, words);
  return `${shown.label}: ${[shown.phase, share.trim(), amount, rate, left].filter((text) => text !== '').join(', ')}`;
}

/** A bar of that many columns, filled by halves. */
export function bar({ done, total }: Progress, width: number): string {
  const halves = Math.floor(fraction(done, total) * width * 2);
  const full = '━'.repeat(halves >> 1);
  return `${full}${halves % 2 === 1 ? '╸' : ''}`.padEnd(width, '─');
}

function parts(shown: Shown, { progress }: Words): { share: string; amount: string; rate: string; left: string } {
  const { phase, counts, done, total, elapsedMs, doneBefore } = shown;
  const say = (counts ?? countsThings(phase)) ? String : bytes;
  const perMs = elapsedMs < RATE_FROM_MS ? 0 : (done - doneBefore) / elapsedMs;
  const known = total !== null && total > 0;
  return {
    share: known ? `${String(Math.floor(fraction(done, total) * 100)).padStart(3)} %` : '',
    amount: known ? progress.amount(say(Math.min(done, total)), say(total)) : done > 0 ? say(done) : '',
    rate: perMs > 0 && say === bytes ? `${bytes(perMs * 1000)}/s` : '',
    left: perMs > 0 && known && done < total ? progress.left(wait((total - done) / perMs)) : '',
  };
}

/** Tenths of a guess are no news. */
function wait(ms: number): string {
  return ms < 100_000 ? `${Math.ceil(ms / 1000)} s` : duration(ms);
}

function fraction(done: number, total: number | null): number {
  return total === null || total <= 0 ? 0 : Math.min(1, Math.max(0, done / total));
}

function join(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('  ');
}

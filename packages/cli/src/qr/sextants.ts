import type { Env } from '@leadmaster/session-manager/config';
import { coloured, type Drawing, modulesOf } from './modules.ts';

/** The modules of one character, in the order of the bits of its number: row, column. */
const CELLS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [2, 0],
  [2, 1],
] as const;

/**
 * A QR for a small terminal, two by three modules to a character (Unicode 13, "Symbols for Legacy Computing"). Modules
 * are a quarter narrower than high there, which decoders straighten; terminals of 80x24 show a whole QR of WhatsApp.
 */
export function drawSmallQr(text: string, colours: boolean): Drawing {
  const { side, isLight } = modulesOf(text);
  const lines: string[] = [];
  for (let row = 0; row < side; row += 3) {
    let line = '';
    for (let column = 0; column < side; column += 2) {
      const bits = CELLS.reduce((sum, [r, c], bit) => sum + (isLight(row + r, column + c) ? 2 ** bit : 0), 0);
      line += sextant(bits);
    }
    lines.push(coloured(line, colours));
  }
  return { lines, width: Math.ceil(side / 2) };
}

/** The four patterns that older blocks have already are left out of the row of sextants. */
function sextant(bits: number): string {
  if (bits === 0) return ' ';
  if (bits === 63) return '█';
  if (bits === 21) return '▌';
  if (bits === 42) return '▐';
  return String.fromCodePoint(0x1fb00 + bits - 1 - (bits > 21 ? 1 : 0) - (bits > 42 ? 1 : 0));
}

/** Whether the terminal may have these characters: the console of Linux has 512 glyphs, and none of them. */
export function mayHaveSextants({ TERM }: Env): boolean {
  return TERM !== 'linux';
}

import { coloured, type Drawing, modulesOf } from './modules.ts';

/**
 * A QR for a terminal, two modules to a character. Light modules are drawn and dark ones left out, as the background
 * of most terminals is dark.
 */
export function drawQr(text: string, colours: boolean): Drawing {
  const { side, isLight } = modulesOf(text);
  const lines: string[] = [];
  for (let row = 0; row < side; row += 2) {
    let line = '';
    for (let column = 0; column < side; column++) {
      const below = isLight(row + 1, column);
      line += isLight(row, column) ? (below ? '█' : '▀') : below ? '▄' : ' ';
    }
    lines.push(coloured(line, colours));
  }
  return { lines, width: side };
}

import QRCode from 'qrcode';

/** Light border around the code, in modules. Two are enough for phones, and spare a small terminal four lines. */
const BORDER = 2;

export interface Drawing {
  lines: string[];
  width: number;
}

/**
 * A QR for a terminal, two modules to a character. Light modules are drawn and dark ones left out, as the background
 * of most terminals is dark; with colours, black on white is forced, which is right everywhere.
 */
export function drawQr(text: string, colours: boolean): Drawing {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' });
  const side = modules.size + 2 * BORDER;
  const isLight = (row: number, column: number): boolean => {
    const [r, c] = [row - BORDER, column - BORDER];
    const inside = r >= 0 && c >= 0 && r < modules.size && c < modules.size;
    return !inside || !modules.get(r, c);
  };
  const lines: string[] = [];
  for (let row = 0; row < side; row += 2) {
    let line = '';
    for (let column = 0; column < side; column++) {
      // The row below the last of an odd number belongs to the terminal, not to the code.
      const below = row + 1 < side && isLight(row + 1, column);
      line += isLight(row, column) ? (below ? '█' : '▀') : below ? '▄' : ' ';
    }
    lines.push(colours ? `\u001b[97;40m${line}\u001b[0m` : line);
  }
  return { lines, width: side };
}

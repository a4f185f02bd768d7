import QRCode from 'qrcode';

/** Light border around the code, in modules. Two are enough for phones, and spare a small terminal four lines. */
const BORDER = 2;

/** A QR with its border, as a square of light and dark modules. */
export interface Modules {
  side: number;
  /** Beyond the square nothing is light: it belongs to the terminal. */
  isLight(row: number, column: number): boolean;
}

/** A QR drawn in characters. */
export interface Drawing {
  lines: string[];
  /** In columns. */
  width: number;
}

export function modulesOf(text: string): Modules {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' });
  const side = modules.size + 2 * BORDER;
  const isIn = (at: number, from: number, to: number): boolean => at >= from && at < to;
  return {
    side,
    isLight(row, column) {
      if (!isIn(row, 0, side) || !isIn(column, 0, side)) return false;
      const isCode = isIn(row, BORDER, side - BORDER) && isIn(column, BORDER, side - BORDER);
      return !isCode || !modules.get(row - BORDER, column - BORDER);
    },
  };
}

/** With colours, black on white is forced: right on every background. */
export function coloured(line: string, colours: boolean): string {
  return colours ? `\u001b[97;40m${line}\u001b[0m` : line;
}

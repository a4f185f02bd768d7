import { inflateSync } from 'node:zlib';
import QRCode from 'qrcode';

/** The dark modules of the QR that stands for a text, row by row: what every picture of it must show. */
export function modulesOf(text: string): boolean[][] {
  const { modules } = QRCode.create(text);
  return Array.from({ length: modules.size }, (_, row) =>
    Array.from({ length: modules.size }, (_, column) => modules.get(row, column) === 1),
  );
}

/** Reads the modules off a PNG, by the middle of each, as a camera would; `margin` in modules. */
export function modulesInPng(png: Buffer, size: number, margin: number): boolean[][] {
  const { width, height, isDark } = decodePng(png);
  if (width !== height) throw new Error(`the picture is ${width} x ${height}`);
  // The width is given, so a module is not a whole number of pixels wide.
  const middle = (module: number): number => Math.floor(((module + margin + 0.5) * width) / (size + 2 * margin));
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => isDark(middle(column), middle(row))),
  );
}

/** Reads the modules off the strokes of an SVG: `M` and `m` move, `h` draws. */
export function modulesInSvg(svg: string, size: number, margin: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const path = /stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  let x = 0;
  let y = 0;
  for (const [, command, first = '0', second] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    const amount = Number(first);
    if (command === 'M') {
      x = amount - margin;
      y = Number(second) - 0.5 - margin;
      continue;
    }
    if (command === 'h') modules[y]?.fill(true, x, x + amount);
    x += amount;
  }
  return modules;
}

/** Eight bits a channel, not interlaced: all that QR pictures are. */
function decodePng(png: Buffer): { width: number; height: number; isDark: (x: number, y: number) => boolean } {
  if (png.toString('latin1', 1, 4) !== 'PNG') throw new Error('it is no PNG');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[png.readUInt8(25)];
  if (png.readUInt8(24) !== 8 || channels === undefined) throw new Error('it is a PNG of another kind');
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
  }
  const rows = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  return { width, height, isDark: (x, y) => (rows[y]?.[x * channels] ?? 255) < 128 };
}

function unfilter(raw: Buffer, stride: number, height: number, channels: number): Buffer[] {
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y += 1) {
    const start = y * (stride + 1);
    const filter = raw[start] ?? 0;
    const row = Buffer.from(raw.subarray(start + 1, start + 1 + stride));
    const above = rows[y - 1];
    for (let i = 0; i < stride; i += 1) {
      const left = row[i - channels] ?? 0;
      const up = above?.[i] ?? 0;
      const corner = i < channels ? 0 : (above?.[i - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      row[i] = ((row[i] ?? 0) + guess) & 0xff;
    }
    rows.push(row);
  }
  return rows;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

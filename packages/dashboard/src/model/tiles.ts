/** A part of a picture. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Divides a rectangle among sizes, largest first: each gets its share of the surface, and none is a mere line where that can be helped. */
export function tilesOf(sizes: readonly number[], whole: Tile): Tile[] {
  if (sizes.length <= 1) return sizes.map(() => whole);
  const total = sumOf(sizes);
  let first = sizes[0] ?? 0;
  let count = 1;
  while (count < sizes.length - 1 && first + (sizes[count] ?? 0) / 2 < total / 2) {
    first += sizes[count] ?? 0;
    count += 1;
  }
  const [one, other] = cut(whole, total === 0 ? count / sizes.length : first / total);
  return [...tilesOf(sizes.slice(0, count), one), ...tilesOf(sizes.slice(count), other)];
}

/** Across the longer side. */
function cut({ x, y, width, height }: Tile, share: number): [Tile, Tile] {
  if (width >= height) {
    const left = width * share;
    return [
      { x, y, width: left, height },
      { x: x + left, y, width: width - left, height },
    ];
  }
  const top = height * share;
  return [
    { x, y, width, height: top },
    { x, y: y + top, width, height: height - top },
  ];
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

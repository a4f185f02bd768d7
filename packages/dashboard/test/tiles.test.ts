import { expect, test } from 'vitest';
import { type Tile, tilesOf } from '../src/model/tiles.ts';

const WHOLE: Tile = { x: 0, y: 0, width: 300, height: 100 };

test.each([[[7]], [[600, 200, 100, 50, 25, 25]], [[1, 1, 1, 1, 1, 1, 1]], [[1_000_000, 1]]])(
  'the sizes %j have their shares of the picture, side by side',
  (sizes) => {
    const tiles = tilesOf(sizes, WHOLE);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    for (const [at, { x, y, width, height }] of tiles.entries()) {
      expect((width * height) / 30_000).toBeCloseTo((sizes[at] ?? 0) / total);
      expect([x >= 0, y >= 0, x + width <= 300.001, y + height <= 100.001]).toEqual([true, true, true, true]);
    }
    const apart = tiles.flatMap((one, at) => tiles.slice(at + 1).map((other) => areApart(one, other)));
    expect(apart).not.toContain(false);
  },
);

test('of nothing there is no picture, and what has no size is divided evenly', () => {
  expect(tilesOf([], WHOLE)).toEqual([]);
  expect(tilesOf([0, 0], WHOLE).map(({ width }) => width)).toEqual([150, 150]);
});

function areApart(a: Tile, b: Tile): boolean {
  const slack = 0.001;
  const beside = a.x + a.width <= b.x + slack || b.x + b.width <= a.x + slack;
  return beside || a.y + a.height <= b.y + slack || b.y + b.height <= a.y + slack;
}

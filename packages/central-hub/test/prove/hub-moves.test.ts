import { expect, test } from 'vitest';
import { proveMoves } from '../../prove/moves/moves-proof.ts';
import { PlayedStage } from '../../prove/moves/played-stage.ts';

/** A small slice of `npm run prove -- hub-moves`. */
const SLICE_MS = 240_000;

test(
  'a session that moves while hub and machines are killed has one owner, the hub names it, and no text is lost or doubled',
  async () => {
    await using stage = await PlayedStage.open();
    const { failures } = await proveMoves({ stage, moves: 3, seed: 5, longestMs: 1_000 });
    expect(failures).toEqual([]);
  },
  SLICE_MS,
);

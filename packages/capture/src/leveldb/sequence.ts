import { Damaged } from './damaged.ts';
import { readFolder } from './folder.ts';

/** A batch begins with the number of its first change (64 bits) and how many it holds (32 bits), little-endian. */
const BATCH_HEADER = 12;

/** A browser may have the folder open: what it replaces in between is looked for again so often. */
const LOOKS = 5;

/**
 * The number of the last change that a LevelDB holds on disk. Every change counts it up, and nothing else does: of two
 * states of one database, the one with the higher number is the later one; clocks and file times do not count.
 *
 * @throws Damaged when it cannot be known; the system's error when it cannot be read.
 */
export function lastSequence(folder: string, looks = LOOKS): number {
  let last = 0;
  try {
    const { lastSequence: inTables } = readFolder(folder, (batch) => {
      if (batch.length < BATCH_HEADER) throw new Damaged('holds a record that is no batch of changes');
      const first = batch.readUInt32LE(0) + batch.readUInt32LE(4) * 2 ** 32;
      last = Math.max(last, first + batch.readUInt32LE(8) - 1);
    });
    return Math.max(last, inTables);
  } catch (error) {
    if (looks <= 1) throw error;
    return lastSequence(folder, looks - 1);
  }
}

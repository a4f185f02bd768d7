import { join } from 'node:path';
import { takeCopy } from './copy/take-copy.ts';
import { asCaptureFailure } from './failures.ts';
import { freezerFor } from './freeze/index.ts';
import { checkStructure, type LoginSequences, loginSequences } from './structure.ts';
import { TREE, type WorkerOrder, type WorkerWord } from './worker-words.ts';

function sequencesOf(treeDir: string): LoginSequences | null {
  try {
    return loginSequences(treeDir);
  } catch {
    // The structure says what is wrong with it.
    return null;
  }
}

/**
 * The thread that takes a copy. The pause of the browser depends on nothing that the service does meanwhile, and the
 * service's own loop never waits for a disk.
 */
export function work(order: WorkerOrder, tell: (word: WorkerWord) => void): void {
  try {
    const { profileDir, stagingDir, kind, maxPauseMs } = order;
    const treeDir = join(stagingDir, TREE);
    const copy = takeCopy({ profileDir, treeDir, kind, maxPauseMs }, freezerFor(order.browser, order.methods), {
      onPhase: (say) => tell({ say }),
      isCancelled: () => Atomics.load(order.cancelled, 0) !== 0,
    });
    const structure = checkStructure(treeDir, { tempDir: stagingDir });
    tell({ say: 'done', copy, structure, sequences: sequencesOf(treeDir) });
  } catch (error) {
    const { message, hint } = asCaptureFailure(error);
    tell({ say: 'failed', detail: message, hint });
  }
}

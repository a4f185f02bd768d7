// Imported first, for its effect: anything newer than this line's own syntax must not be parsed by a Node that is too old.
import { wordsOf } from './words.mjs';

const OLDEST = 20;
const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST) {
  console.error(wordsOf().tooOld(OLDEST, process.versions.node));
  process.exit(1);
}

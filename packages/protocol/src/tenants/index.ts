export { actionForTenant } from './advice.ts';
export { answerForTenant, eventForTenant } from './answers.ts';
export { problemForTenant } from './problems.ts';
export { type Seen, seenOf } from './seen.ts';
export { nameForTenant } from './words.ts';

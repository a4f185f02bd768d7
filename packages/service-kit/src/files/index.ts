/** Files that only their owner can read, made durable. */
export { makePrivateFile } from './private-file.ts';
export { syncPath } from './sync.ts';

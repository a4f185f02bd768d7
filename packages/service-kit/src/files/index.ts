/** Files that only their owner can read, made durable. */
export { makePrivateFile } from './private-file.ts';

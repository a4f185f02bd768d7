/** Files that only their owner can read, made durable. */
export { errorCode, isMissing } from './error-code.ts';
export { makePrivateFile, replaceByPrivateFile } from './private-file.ts';
export { syncPath } from './sync.ts';

import { errorText } from '@leadmaster/protocol';

/**
 * Why something failed, in one line for its caller: an error that crossed from the page brings the page's stack
 * and paths of this machine, which are the log's.
 */
export function reasonOf(error: unknown): string {
  const [first = ''] = errorText(error).split('\n', 1);
  return first.replace(/\s*\(?(?:file|pptr|https?):\/\/\S*/g, '').trim();
}

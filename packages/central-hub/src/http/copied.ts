import type { RouteContext } from './hub-app.ts';

/** What a machine has done is told as done, also where the hub's own copy fails: the machine's log brings it again. */
export async function copied({ log }: RouteContext, copy: () => Promise<unknown>): Promise<void> {
  try {
    await copy();
  } catch (error) {
    log.warn({ err: error }, 'a change that a machine has made could not be stored; it comes again with its log');
  }
}

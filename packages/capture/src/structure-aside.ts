import { once } from 'node:events';
import type { StructureOptions, StructureReport } from './structure.ts';
import { scriptBeside, startThread } from './thread.ts';

/**
 * `checkStructure` in a thread of its own: a large profile takes a while, and a service has more to do.
 *
 * @throws The signal's reason when it is aborted first.
 */
export async function checkStructureAside(
  profileDir: string,
  options: StructureOptions = {},
  signal?: AbortSignal,
): Promise<StructureReport> {
  signal?.throwIfAborted();
  const worker = startThread(scriptBeside(import.meta.url, 'structure-worker'), { profileDir, options });
  try {
    const [report] = await once(worker, 'message', signal === undefined ? {} : { signal });
    return report as StructureReport;
  } finally {
    await worker.terminate();
  }
}

import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { extname } from 'node:path';
import { Worker, workerData } from 'node:worker_threads';

/**
 * Megabytes of garbage before the collector looks. Left to itself, one walk through a large profile fills more than the
 * rest of a snapshot takes, and what a thread has grown to stays with the process when the thread ends.
 */
const YOUNG_MB = 8;

interface Given {
  data: object;
  compileCache: string | undefined;
}

/** The script NAME beside a module (its `import.meta.url`): `.ts` in the workspace, `.js` where the package was built. */
export function scriptBeside(module: string, name: string): URL {
  return new URL(`./${name}${extname(module)}`, module);
}

/**
 * A thread that runs a script of this package. A program that keeps compiled code (`module.enableCompileCache`) keeps
 * that of its threads too: starting one then costs a third.
 */
export function startThread(script: URL, data: object): Worker {
  const given: Given = { data, compileCache: getCompileCacheDir() };
  return new Worker(script, { workerData: given, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
}

/** What the thread was started with; to be asked before it loads anything else. */
export function threadData<T>(): T {
  const { data, compileCache } = workerData as Given;
  if (compileCache !== undefined) enableCompileCache(compileCache);
  return data as T;
}

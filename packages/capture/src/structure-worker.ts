import { parentPort } from 'node:worker_threads';
import type { StructureOptions } from './structure.ts';
import { threadData } from './thread.ts';

/** The other end of `checkStructureAside`: one question, one answer. */
const { profileDir, options } = threadData<{ profileDir: string; options: StructureOptions }>();
const { checkStructure } = await import('./structure.ts');
parentPort?.postMessage(checkStructure(profileDir, options));

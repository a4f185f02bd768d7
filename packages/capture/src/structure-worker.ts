import { parentPort, workerData } from 'node:worker_threads';
import { checkStructure, type StructureOptions } from './structure.ts';

/** The other end of `checkStructureAside`: one question, one answer. */
const { profileDir, options } = workerData as { profileDir: string; options: StructureOptions };
parentPort?.postMessage(checkStructure(profileDir, options));

import { parentPort } from 'node:worker_threads';
import { threadData } from './thread.ts';
import type { WorkerOrder } from './worker-words.ts';

const order = threadData<WorkerOrder>();
// Only now, so that what it needs comes out of the cache of compiled code.
const { work } = await import('./copy-work.ts');
work(order, (word) => parentPort?.postMessage(word));

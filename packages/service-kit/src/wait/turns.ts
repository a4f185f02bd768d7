import { SerialQueue } from './serial-queue.ts';

/** Runs a task in the queue of its name, which is made when first needed and forgotten when it is empty. */
export async function inTurns<T>(queues: Map<string, SerialQueue>, name: string, task: () => Promise<T>): Promise<T> {
  const queue = queues.get(name) ?? new SerialQueue();
  queues.set(name, queue);
  try {
    return await queue.run(task);
  } finally {
    if (queue.isIdle && queues.get(name) === queue) queues.delete(name);
  }
}

import type { Cli } from '../cli.ts';
import { interruptible } from '../client/interrupt.ts';
import type { LongCall } from '../client/service-client.ts';
import { ProgressView } from '../output/progress-view.ts';

/** Long work with its progress shown, which Ctrl-C ends in order. */
export function long<T>(cli: Cli, label: string, work: (call: Required<LongCall>) => Promise<T>): Promise<T> {
  return interruptible(cli.io, async (signal) => {
    const view = new ProgressView(cli, label);
    try {
      return await work({ signal, onProgress: (progress) => view.update(progress) });
    } finally {
      view.end();
    }
  });
}

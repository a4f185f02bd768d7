import { createInterface } from 'node:readline/promises';
import { visibleLines } from '@leadmaster/protocol';
import { interrupted } from '../client/interrupt.ts';
import type { Io } from '../io.ts';

/** What is typed as an answer; empty where the terminal is closed instead. */
export async function ask(io: Io, question: string): Promise<string> {
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  const { promise: unanswered, resolve, reject } = Promise.withResolvers<string>();
  const onEnd = (): void => {
    io.stderr.write('\n');
    resolve('');
  };
  reader.once('close', onEnd);
  reader.once('SIGINT', () => {
    io.stderr.write('\n');
    reject(interrupted(({ asking }) => asking.nothingDone));
  });
  try {
    return (await Promise.race([reader.question(visibleLines(question)), unanswered])).trim();
  } finally {
    reader.off('close', onEnd);
    reader.close();
  }
}

/** Whether there is a terminal to ask in. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY === true;
}

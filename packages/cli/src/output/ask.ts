import { createInterface } from 'node:readline/promises';
import type { Io } from '../io.ts';

/** What a person types as an answer; empty when there is none. */
export async function ask(io: Io, question: string): Promise<string> {
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  try {
    // A terminal that closes has answered nothing; the question alone would wait for ever.
    const { promise: closed, resolve } = Promise.withResolvers<string>();
    reader.once('close', () => resolve(''));
    return (await Promise.race([reader.question(question), closed])).trim();
  } finally {
    reader.close();
  }
}

/** Whether somebody is there to be asked. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY === true;
}

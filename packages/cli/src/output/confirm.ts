import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

/** Asks a person before something that is hard to undo. Where nobody can answer, `--yes` is needed. */
export async function confirm(io: Io, yes: true | undefined, question: string): Promise<void> {
  if (yes) return;
  if (io.stdin.isTTY !== true) throw CliError.usage('Nobody is there to be asked.', 'Say --yes if you are sure.');
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const answer = await reader.question(`${question} [y/N] `);
    if (!/^(y|yes|s|si|sí)$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'declined', 'Nothing was done.');
  } finally {
    reader.close();
  }
}

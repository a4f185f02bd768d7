import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { ask, canAsk } from './ask.ts';

/** Asks a person before something that is hard to undo. Where nobody can answer, `--yes` is needed. */
export async function confirm(io: Io, yes: true | undefined, question: string): Promise<void> {
  if (yes) return;
  if (!canAsk(io)) throw CliError.usage('No terminal to confirm in.', 'Add --yes if you are sure.');
  const answer = await ask(io, `${question} [y/N] `);
  if (!/^(y|yes|s|si|sí)$/i.test(answer)) throw new CliError(EXIT.failed, 'declined', 'Nothing was done.');
}

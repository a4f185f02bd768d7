import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { ask, canAsk } from './ask.ts';

/** Asks at a terminal for the whole word "yes", where a "y" that slips would cost a login. */
export async function confirmWholly(io: Io, question: string): Promise<void> {
  if (/^yes$/i.test(await ask(io, question))) return;
  throw new CliError(EXIT.failed, 'declined', 'Nothing was done.', 'Only the whole word is an answer: yes');
}

/** Asks a person before something that is hard to undo. Where nobody can answer, `--yes` is needed. */
export async function confirm(io: Io, yes: true | undefined, question: string): Promise<void> {
  if (yes) return;
  if (!canAsk(io)) throw CliError.usage('No terminal to confirm in.', 'Add --yes if you are sure.');
  const answer = await ask(io, `${question} [y/N] `);
  if (!/^(y|yes|s|si|sí)$/i.test(answer)) throw new CliError(EXIT.failed, 'declined', 'Nothing was done.');
}

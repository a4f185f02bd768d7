import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Text } from '../words/words.ts';
import { ask, canAsk } from './ask.ts';

/** Asks at a terminal for the whole word "yes", where a "y" that slips would cost a login. */
export async function confirmWholly({ io, words }: Cli, question: string): Promise<void> {
  if (words.asking.wholeYes.includes((await ask(io, question)).toLowerCase())) return;
  throw declined(({ asking }) => asking.onlyTheWord);
}

/** Asks before something that is hard to undo. Without a terminal to answer in, `--yes` is needed. */
export async function confirm({ io, words }: Cli, yes: true | undefined, question: string): Promise<void> {
  if (yes) return;
  if (!canAsk(io))
    throw CliError.usage(
      ({ asking }) => asking.noTerminal,
      ({ asking }) => asking.addYes,
    );
  const answer = await ask(io, `${question} ${words.asking.yesOrNo} `);
  if (!/^(y|yes|s|si|sí)$/i.test(answer)) throw declined();
}

function declined(hint: Text = ''): CliError {
  return new CliError(EXIT.failed, 'declined', ({ asking }) => asking.nothingDone, hint);
}

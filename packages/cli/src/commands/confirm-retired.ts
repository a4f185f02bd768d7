import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { canAsk } from '../output/ask.ts';
import { confirmWholly } from '../output/confirm.ts';
import type { Text } from '../words/words.ts';

/** What is asked at a terminal; and without one, the refusal and how to confirm. */
interface Question {
  ask: string;
  refusal: Text;
  hint: Text;
}

/**
 * Two places with one login take it from each other: only the operator knows that there is no other.
 *
 * @throws CliError `origin_not_retired` where it cannot be asked.
 */
export async function confirmRetired(cli: Cli, { ask, refusal, hint }: Question, yes = false): Promise<void> {
  if (canAsk(cli.io) && !cli.json && !yes) return confirmWholly(cli, ask);
  throw new CliError(EXIT.notAllowed, 'origin_not_retired', refusal, hint);
}

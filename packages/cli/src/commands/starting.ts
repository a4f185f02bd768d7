import type { Session, StartSession } from '@leadmaster/protocol';
import { Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { of } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { reasonAndCode, sessionHintText } from '../words/told.ts';
import type { Words } from '../words/words.ts';
import { seconds } from './values.ts';

/** `--wait`, as every command has it that starts or stops a session. */
export function waitOption(words: Words): Option {
  return new Option('--wait <seconds>', words.help.shared.wait).default(20).argParser(seconds(words));
}

/** An order after which a session is waited for. */
type Order = 'startSession' | 'stopSession' | 'restartSession' | 'logoutSession';

/** Orders something of a session, and waits until it stands where it stays, so many seconds at most. */
export function order(cli: Cli, id: Order, name: string, wait: number, body?: StartSession): Promise<Session> {
  return cli.client().call(id, { ...of(name), query: { wait }, body }, within(wait));
}

/** How long the answer to an order may take that waits so many seconds. */
export function within(wait: number): { timeoutMs: number } {
  return { timeoutMs: wait * 1000 + 30_000 };
}

/** A session that was to run and needs a person has not been started, also where the HTTP status was a success. */
export function failUnlessGood(session: Session): void {
  const bad = session.stateKind === 'needs_person' && session.state !== 'QR_REQUIRED';
  if (bad)
    throw new CliError(
      EXIT.failed,
      'not_running',
      (words) => words.sessions.didNotStart(session.name, reasonAndCode(words, session.reason)),
      sessionHintText(session),
      { told: true },
    );
}

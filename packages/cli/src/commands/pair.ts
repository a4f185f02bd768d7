import { localTime, type Session, samePhone } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { interruptible } from '../client/interrupt.ts';
import { of } from '../client/service-client.ts';
import { refuseTwin } from '../client/twin.ts';
import { EXIT } from '../exit-codes.ts';
import { accountName } from '../output/words.ts';
import { untilUnread } from '../output/written.ts';
import { linking, unless } from '../qr/linking.ts';
import { sessionHintIn } from '../words/told.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, phone } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('pair')
    .description(words.help.pair.about)
    .addArgument(nameArgument(words))
    .addArgument(new Argument('<phone>', words.help.pair.phone).argParser(phone(words)))
    .option('--no-wait', words.help.pair.noWait)
    .action(async (name: string, number: string, { wait }: { wait: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      await refuseLinked(cli, name, number);
      await interruptible(io, async (interrupt) => {
        await pair(cli, name, { number, wait, signal: AbortSignal.any([interrupt, untilUnread(io)]) });
        interrupt.throwIfAborted();
      });
    });
};

/** Shows the code once, and waits until the account is linked, unless it is not to. */
async function pair(
  cli: Cli,
  name: string,
  { number, wait, signal }: { number: string; wait: boolean; signal: AbortSignal },
): Promise<void> {
  let asked = false;
  let cause = '';
  const beforeMaking = (): Promise<void> => refuseTwin(cli, name);
  for await (const { session } of linking(cli.client(), name, { withoutQr: true, signal, beforeMaking })) {
    if (session.unreachable !== null && session.unreachable.detail !== cause) {
      cause = session.unreachable.detail;
      cli.print.note(`${name}: ${sessionHintIn(cli.words, session).hint}`);
    }
    if (session.state === 'QR_REQUIRED' && !asked) {
      asked = true;
      await showCode(cli, name, number);
      if (!wait) return;
    }
    if (session.state !== 'READY') continue;
    refuseOther(session, number);
    cli.print.record({ type: 'state', session: name, state: session.state, account: session.account });
    const { linkedAs } = cli.words.linking;
    cli.print.line(`${cli.print.paint.green('READY')} ${linkedAs(name, accountName(session))}`);
  }
}

/** Before anything is started or stopped for it. */
async function refuseLinked(cli: Cli, name: string, number: string): Promise<void> {
  const found = await unless('session_not_found', cli.client().call('getSession', of(name)));
  if (found !== null) refuseOther(found, number);
}

/** Of an account whose number is not known nothing is said. */
function refuseOther({ name, account }: Session, number: string): void {
  const linked = account?.phone ?? '';
  if (linked === '' || samePhone(linked, number)) return;
  throw new CliError(
    EXIT.wrongState,
    'other_account',
    ({ linking }) => linking.otherNumber(name, linked, number),
    ({ linking }) => linking.otherNumberHint(name, linked, number),
  );
}

async function showCode(cli: Cli, name: string, number: string): Promise<void> {
  const wanted = { ...of(name), body: { phone: number } };
  const { code, expiresAt } = await cli.client().call('requestPairingCode', wanted, { timeoutMs: 90_000 });
  cli.print.record({ type: 'pairing-code', session: name, code, expiresAt });
  const spaced = code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
  const { until, pairSteps } = cli.words.linking;
  cli.print.line(`${cli.print.paint.bold(spaced)}   ${until(localTime(expiresAt))}`);
  cli.print.note(pairSteps);
}

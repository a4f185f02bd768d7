import type { PairingCode } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { accountName } from '../output/words.ts';
import { untilUnread } from '../output/written.ts';
import { linking } from '../qr/linking.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, pathOf, phone } from './values.ts';

export const register: Register = (parent, io) => {
  parent
    .command('pair')
    .description('link an account by a code typed into the phone, instead of a QR; waits until READY')
    .addArgument(nameArgument())
    .addArgument(new Argument('<phone>', "the account's number, with country code").argParser(phone))
    .option('--no-wait', 'print the code and end')
    .action(async (name: string, number: string, { wait }: { wait: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      let asked = false;
      for await (const { session } of linking(cli.client(), name, { withoutQr: true, signal: untilUnread(io) })) {
        if (session.state === 'QR_REQUIRED' && !asked) {
          asked = true;
          await showCode(cli, name, number);
          if (!wait) return;
        }
        if (session.state !== 'READY') continue;
        cli.print.record({ type: 'state', session: name, state: session.state, account: session.account });
        cli.print.line(`${cli.print.paint.green('READY')} ${name} is linked as ${accountName(session)}.`);
      }
    });
};

async function showCode(cli: Cli, name: string, number: string): Promise<void> {
  const body = { phone: number };
  const { code, expiresAt } = await cli
    .client()
    .post<PairingCode>(`${pathOf(name)}/pairing-code`, body, { timeoutMs: 90_000 });
  cli.print.record({ type: 'pairing-code', session: name, code, expiresAt });
  const spaced = code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
  cli.print.line(`${cli.print.paint.bold(spaced)}   (until ${expiresAt})`);
  cli.print.note('On the phone: WhatsApp > Linked devices > Link a device > Link with phone number instead.');
}

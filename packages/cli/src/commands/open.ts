import type { Command } from 'commander';
import { hubClient } from '../client/hub-client.ts';
import { cliOf, type Register } from './command.ts';

/** `open`: a link that signs a browser in at the dashboard. */
export const register: Register = (parent, io, words) => {
  parent
    .command('open')
    .description(words.help.open.about)
    .action(async (_options: object, command: Command) => {
      const cli = cliOf(command, io);
      const made = await hubClient(cli).call('createSignInCode');
      cli.print.data(made);
      cli.print.line(made.url);
      cli.print.note(words.hub.dashboardLinkOnce);
    });
};

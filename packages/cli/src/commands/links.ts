import { localTime, ONBOARDING_LANGUAGES, type OnboardingLanguage, type OnboardingLink } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import { every } from '../client/every.ts';
import { hubClient } from '../client/hub-client.ts';
import { confirm } from '../output/confirm.ts';
import type { Printer } from '../output/printer.ts';
import { table } from '../output/table.ts';
import { ago } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, phone, wholeNumber } from './values.ts';

interface CreateOptions {
  minutes?: number;
  phone?: string;
  language?: OnboardingLanguage;
}

/** `links create|list|revoke` */
export const register: Register = (parent, io, words) => {
  const { links: help } = words.help;
  const noun = parent.command('links').description(help.about);

  noun
    .command('create')
    .description(help.create.about)
    .addArgument(nameArgument(words))
    .option('--minutes <n>', help.create.minutes, wholeNumber(words))
    .option('--phone <number>', help.create.phone, phone(words))
    .addOption(new Option('--language <language>', help.create.language).choices(ONBOARDING_LANGUAGES))
    .action(async (session: string, options: CreateOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { minutes, phone: expectedPhone, language } = options;
      const body = {
        ...(minutes === undefined ? {} : { expiresInMinutes: minutes }),
        ...(expectedPhone === undefined ? {} : { expectedPhone }),
        ...(language === undefined ? {} : { language }),
      };
      const made = await hubClient(cli).call('createLink', { params: { session }, body });
      cli.print.data(made);
      cli.print.line(made.url);
      cli.print.note(words.hub.linkOnce(localTime(made.expiresAt)));
    });

  noun
    .command('list')
    .description(help.list.about)
    .addArgument(nameArgument(words))
    .action(async (session: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      const asked = { params: { session } };
      const items = await every((after) =>
        hubClient(cli).call('listLinks', { ...asked, query: { limit: 500, ...after } }),
      );
      cli.print.data({ items });
      cli.print.line(items.length === 0 ? words.hub.noLink(session) : list(cli.print, items));
    });

  noun
    .command('revoke')
    .description(help.revoke.about)
    .addArgument(nameArgument(words))
    .argument('<id>', help.revoke.id)
    .option('-y, --yes', help.revoke.yes)
    .action(async (session: string, id: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(cli, yes, words.hub.askRevokeLink(id));
      await hubClient(cli).call('revokeLink', { params: { session, link: id } });
      cli.print.data({ id, revoked: true });
      cli.print.line(words.hub.linkRevoked(id));
    });
};

function list(print: Printer, items: readonly OnboardingLink[]): string {
  const { hub } = print.words;
  const newestFirst = items.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const rows = newestFirst.map(({ id, state, expectedPhone, claims, lateTries, claimedAt, expiresAt }) => [
    id,
    hub.linkStates[state],
    localTime(expiresAt),
    claimedAt === null ? '-' : ago(claimedAt),
    String(claims),
    String(lateTries),
    expectedPhone ?? '-',
  ]);
  return table(print, hub.linkHead, rows, { lesser: [6, 5] });
}

import { type Address, address, type EventPage, type LeadMasterEvent, localTime } from '@leadmaster/protocol';
import { Argument, type Command, Option } from 'commander';
import { of, type ServiceClient } from '../client/service-client.ts';
import type { Printer } from '../output/printer.ts';

import { readerReady, untilUnread } from '../output/written.ts';
import { cliOf, type Register } from './command.ts';
import { cursor, limit, sessionName } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('events')
    .description(words.help.events.about)
    .addArgument(new Argument('[name]', words.help.events.name).argParser(sessionName(words)))
    .option('-f, --follow', words.help.events.follow)
    .addOption(new Option('--after <id>', words.help.events.after).argParser(cursor(words)))
    .addOption(
      new Option('--limit <count>', words.help.events.limit).default(100).argParser(limit(words)).conflicts('follow'),
    )
    .action(async (name: string | undefined, options: EventsOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.follow) {
        const unread = untilUnread(io);
        const wanted = { session: name, after: options.after, signal: unread };
        for await (const event of cli.client().follow(wanted)) {
          show(cli.print, event);
          await readerReady(io, unread);
        }
        return;
      }
      const events = await (options.after === undefined
        ? newest(cli.client(), name, options.limit)
        : page(cli.client(), name, options.after, options.limit).then(({ items }) => items));
      for (const event of events) show(cli.print, event);
    });
};

function page(
  client: ServiceClient,
  session: string | undefined,
  after: number | string | undefined,
  limit: number,
): Promise<EventPage> {
  const query = { ...(after === undefined ? {} : { after }), limit };
  if (session === undefined) return client.call('listEvents', { query });
  return client.call('listSessionEvents', { ...of(session), query });
}

/** The last events. The log reads forwards only, and is short enough to be read through. */
async function newest(client: ServiceClient, session: string | undefined, limit: number): Promise<LeadMasterEvent[]> {
  let kept: LeadMasterEvent[] = [];
  for (let after: number | undefined; ; ) {
    const { items, cursor } = await page(client, session, after, PAGE);
    kept = [...kept, ...items].slice(-limit);
    if (items.length < PAGE || cursor <= (after ?? 0)) return kept;
    after = cursor;
  }
}

const PAGE = 1000;

interface EventsOptions {
  follow?: true;
  after?: number | string;
  limit: number;
}

/** One line each: with `--json` the event itself, so that lines can be read one by one. */
function show(print: Printer, event: LeadMasterEvent): void {
  print.record(event);
  const { dim, cyan, bold } = print.paint;
  print.line(
    `${dim(`${event.id} ${localTime(event.at)}`)} ${bold(event.session)} ${cyan(event.type)} ${summary(event.data)}`,
  );
}

function summary(data: Record<string, unknown>): string {
  return (
    Object.entries(data)
      .filter(([, value]) => value !== null && value !== '')
      // The id of a message that was not sent from here stands in the line already.
      .filter(([key, value]) => !isUnknown(value) && !(key === 'messageId' && value === data.whatsappId))
      .map(([key, value]) => `${key}=${word(value)}`)
      .join(' ')
  );
}

/** An address by the name that says most. */
function word(value: unknown): string {
  const parsed = address.safeParse(value);
  const shown = parsed.success ? nameOf(parsed.data) : value;
  return typeof shown === 'string' && !/\s/.test(shown) ? shown : JSON.stringify(shown);
}

function nameOf({ id, lid, phone, name }: Address): string {
  const who = phone ?? lid ?? id;
  return name === null ? `${who}` : `${name} (${who})`;
}

/** A sender whom WhatsApp does not name. */
function isUnknown(value: unknown): boolean {
  const parsed = address.safeParse(value);
  return parsed.success && Object.values(parsed.data).every((field) => field === null);
}

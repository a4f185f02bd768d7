import { type Capabilities, FEATURES, type Feature, type FeatureVerdict } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { of } from '../client/service-client.ts';
import type { Printer } from '../output/printer.ts';
import { table } from '../output/table.ts';
import { ago, printable } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument } from './values.ts';

interface Options {
  override: Feature[];
  reset?: true;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('capabilities')
    .description(words.help.capabilities.about)
    .addArgument(nameArgument(words))
    .addOption(
      new Option('--override <feature>', words.help.capabilities.override)
        .argParser(feature(words))
        .default([], words.program.none),
    )
    .addOption(new Option('--reset', words.help.capabilities.reset).conflicts('override'))
    .action(async (name: string, { override, reset }: Options, command: Command) => {
      const cli = cliOf(command, io);
      const found = await cli.client().call('getCapabilities', of(name));
      const wanted = reset ? [] : [...new Set([...found.overridden, ...override])];
      const asksChange = reset === true || override.length > 0;
      const change = { ...of(name), body: { override: wanted } };
      const shown = asksChange ? await cli.client().call('overrideCapabilities', change) : found;
      cli.print.data(shown);
      show(cli.print, name, shown);
    });
};

function show(print: Printer, name: string, found: Capabilities): void {
  const { pages } = print.words;
  if (found.at === null) print.note(pages.notProbed(name));
  else print.line(pages.probed(found.build, ago(found.at)));
  const rows = FEATURES.map((one) => [
    one,
    verdict(print, found.features[one], found.overridden.includes(one)),
    String(found.failures[one] ?? 0),
    printable(whyNot(found, one)),
  ]);
  print.line(table(print, pages.featureHead, rows));
}

function verdict(print: Printer, said: FeatureVerdict, isOverridden: boolean): string {
  const { green, red, dim } = print.paint;
  const { verdicts, usedAnyway } = print.words.pages;
  const word = { ok: green, broken: red, unknown: dim }[said](verdicts[said]);
  return isOverridden ? `${word}, ${usedAnyway}` : word;
}

function whyNot({ checks }: Capabilities, one: Feature): string {
  const failed = checks.filter((check) => check.feature === one && !check.ok);
  return failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
}

function feature({ rules }: Words): (text: string, before: Feature[]) => Feature[] {
  return (text, before) => {
    const found = FEATURES.find((one) => one === text);
    if (found === undefined) throw new InvalidArgumentError(rules.oneOf(FEATURES.join(', ')));
    return [...before, found];
  };
}

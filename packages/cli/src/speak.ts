import { type Argument, type Command, Help, type Option } from 'commander';
import type { Words } from './words/words.ts';

/** Has a command say its help in a language: what commander brings of its own is put into its words. */
export function speak(command: Command, words: Words): void {
  const { program } = words;
  const inPlaces = (text: string): string => withPlaces(words, text);
  command.helpOption('-h, --help', program.help);
  if (command.commands.length > 0) command.helpCommand('help [command]', program.help);
  command.configureHelp({
    // Spanish terms are long: what is left beside them wraps anyway.
    minWidthToWrap: 20,
    styleTitle: (title) => (Object.hasOwn(program.titles, title) ? program.titles[title as Title] : title),
    styleUsage: inPlaces,
    styleOptionTerm: inPlaces,
    styleSubcommandTerm: inPlaces,
    styleArgumentTerm: (name) => placeIn(words, name),
    optionDescription: (option: Option) => withFacts(words, new Help().optionDescription(option)),
    argumentDescription: (argument: Argument) => withFacts(words, new Help().argumentDescription(argument)),
  });
}

/** What commander says of a command line that it refuses, in a language. */
export function refusalIn(words: Words, text: string): string {
  const said = words.refusals.reduce((before, [pattern, after]) => before.replace(pattern, after), text);
  return withPlaces(words, said);
}

type Title = keyof Words['program']['titles'];

/** `<file>`, `[name...]`: places that a value is put in. */
function withPlaces(words: Words, text: string): string {
  return text.replaceAll(
    /([<[])([a-z.=]+?)((?:\.\.\.)?[\]>])/g,
    (_, open: string, name: string, close: string) => `${open}${placeIn(words, name)}${close}`,
  );
}

function placeIn({ program }: Words, name: string): string {
  const { places } = program;
  return Object.hasOwn(places, name) ? places[name as keyof typeof places] : name;
}

/** What commander adds to a description: `(choices: ..., default: ...)` at its end. */
function withFacts({ program }: Words, text: string): string {
  return text.replace(/\((?:choices|default): .*\)$/s, (facts) =>
    facts.replace(/^\(choices: /, `(${program.choices}: `).replace(/([(\s])default: /, `$1${program.default}: `),
  );
}

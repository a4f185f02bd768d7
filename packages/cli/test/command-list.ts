import type { Command, Option } from 'commander';
import { createProgram } from '../src/program.ts';
import { type Words, wordsFor } from '../src/words/words.ts';
import { ioOf } from './harness.ts';

/** What every command has. The page tells of it once. */
const EVERYWHERE = ['--json', '--demo'];

/** The commands by the first word of each, as Markdown: a line for each command, and one below it for each of its options. */
export async function printedCommands(language: 'en' | 'es'): Promise<Map<string, string>> {
  const env = { LEADMASTER_LANG: language };
  const words = wordsFor({ env, json: false });
  const program = await createProgram(ioOf({ env }), false);
  return new Map(program.commands.map((command) => [command.name(), printed(words, command, '').join('\n')]));
}

function printed(words: Words, command: Command, before: string): string[] {
  const name = `${before}${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((one) => printed(words, one, `${name} `));
  const names = [name, ...command.aliases()].map((each) => `\`${[each, ...placesOf(words, command)].join(' ')}\``);
  const options = command.options.filter((option) => isTold(option, name));
  return [
    `- ${names.join(', ')}: ${command.description()}`,
    ...options.map(({ flags, description }) => `  - \`${inCapitals(words, flags)}\`: ${description}`),
  ];
}

function isTold({ hidden, long }: Option, name: string): boolean {
  return !hidden && (name === 'start' || !EVERYWHERE.includes(long ?? '')) && long !== '--json';
}

/** Arguments as people write them: `NAME`, `[ID]`, `NAME...`. */
function placesOf(words: Words, command: Command): string[] {
  return command.registeredArguments.map((argument) => {
    const place = `<${argument.name()}${argument.variadic ? '...' : ''}>`;
    return argument.required ? inCapitals(words, place) : `[${inCapitals(words, place)}]`;
  });
}

/** Places of commander, `<file>` and `[file]`, in capitals and in the language; `on|off` is typed as it is. */
function inCapitals({ program: { places } }: Words, text: string): string {
  const named: Readonly<Record<string, string>> = places;
  return text.replaceAll(/([<[])(.+?)(\.\.\.)?([>\]])/g, (_, open: string, name: string, more = '', close: string) => {
    const words = (named[name] ?? name).split(' ');
    const place = words.map((word) => (word.includes('|') ? word : word.toUpperCase())).join(' ');
    return open === '<' ? `${place}${more}` : `[${place}${more}${close}`;
  });
}

import { type Command, Option } from 'commander';
import { Cli } from '../cli.ts';
import type { Io } from '../io.ts';
import type { Words } from '../words/words.ts';

/** What a command's file exports: adds itself to the program. */
export type Register = (parent: Command, io: Io, words: Words) => void;

/** The surroundings for one call of a command. `--json` and `--demo` may stand before or after the command's name. */
export function cliOf(command: Command, io: Io): Cli {
  const { json, demo } = command.optsWithGlobals();
  return new Cli(io, json === true, demo === true);
}

/** `--json`, as every command has it. */
export function jsonOption({ program }: Words): Option {
  return new Option('--json', program.json);
}

/** `--demo`, as every command has it: with the demo stopped nothing else says whose data folder is meant. */
export function demoOption({ program }: Words): Option {
  return new Option('--demo', program.demo);
}

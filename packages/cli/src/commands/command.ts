import { type Command, Option } from 'commander';
import { Cli } from '../cli.ts';
import type { Io } from '../io.ts';

/** What a command's file exports: adds itself to the program. */
export type Register = (parent: Command, io: Io) => void;

/**
 * The surroundings for one call of a command. `--json` may stand before or after the command's name.
 */
export function cliOf(command: Command, io: Io): Cli {
  return new Cli(io, command.optsWithGlobals().json === true);
}

/** `--json`, as every command has it. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

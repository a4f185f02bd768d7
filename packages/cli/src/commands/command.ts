import { machineName } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Cli } from '../cli.ts';
import type { Io } from '../io.ts';
import type { Words } from '../words/words.ts';

/** What a command's file exports: adds itself to the program. */
export type Register = (parent: Command, io: Io, words: Words) => void;

/** Of a command with `--machine`. */
export interface MachineOptions {
  machine?: string | null;
}

/** The surroundings for one call of a command. `--json` and `--demo` may stand before or after the command's name. */
export function cliOf(command: Command, io: Io, { machine = null }: MachineOptions = {}): Cli {
  const { json, demo } = command.optsWithGlobals();
  return new Cli(io, json === true, { demo: demo === true, machine });
}

/** `--machine`, of commands about a whole machine that the hub passes on. */
export function machineOption({ program, rules }: Words): Option {
  return new Option('--machine <name>', program.machine).argParser((text) => {
    if (machineName.safeParse(text).success) return text;
    throw new InvalidArgumentError(rules.machine);
  });
}

/** `--json`, as every command has it. */
export function jsonOption({ program }: Words): Option {
  return new Option('--json', program.json);
}

/** `--demo`, as every command has it: with the demo stopped nothing else says whose data folder is meant. */
export function demoOption({ program }: Words): Option {
  return new Option('--demo', program.demo);
}

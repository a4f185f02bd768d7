import { shellWord } from '@leadmaster/protocol';
import { CliError } from './cli-error.ts';
import type { Text, Words } from './words/words.ts';

/** What hands type first, where it is called otherwise here. A session's verbs stand behind the noun: one name for each. */
const VERBS = ['create', 'stop', 'restart', 'logout', 'delete'];

const LOGS: Text = ({ instead }) => instead.logs;
const SETTINGS: Text = ({ instead }) => instead.settings;
const QR: Text = ({ instead }) => instead.showQr;

const INSTEAD: Readonly<Record<string, Text>> = {
  log: LOGS,
  logs: LOGS,
  config: SETTINGS,
  settings: SETTINGS,
  env: SETTINGS,
  backup: ({ instead }) => instead.backup,
  restore: ({ instead }) => instead.restore,
  link: QR,
  login: QR,
  help: ({ program }) => program.seeHelp,
};

/** The refusal of a command that is called otherwise, with the right one; null for any other. */
export function calledOtherwise(words: readonly string[]): CliError | null {
  const [first = '', name] = words;
  if (first === 'start' && name !== undefined)
    return wrong(`start ${name}`, ({ instead }) =>
      instead.startsService(`./leadmaster session start ${shellWord(name)}`),
    );
  if (VERBS.includes(first)) return wrong(first, (words) => asVerb(words, first, name));
  const hint = Object.hasOwn(INSTEAD, first) ? INSTEAD[first] : undefined;
  return hint === undefined ? null : wrong(first, hint);
}

function asVerb({ instead, program }: Words, verb: string, name: string | undefined): string {
  const which = name === undefined ? program.places.name.toUpperCase() : shellWord(name);
  const ofService = verb === 'stop' || verb === 'restart' ? instead.theService : '';
  return `${instead.session(`./leadmaster session ${verb} ${which}`)}${ofService}`;
}

function wrong(command: string, hint: Text): CliError {
  return CliError.usage(({ instead }) => instead.noSuchCommand(command), hint);
}

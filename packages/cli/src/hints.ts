import { shellWord } from '@leadmaster/protocol';
import { CliError } from './cli-error.ts';

/** What hands type first, where it is called otherwise here. A session's verbs stand behind the noun: one name for each. */
const VERBS = ['create', 'stop', 'restart', 'logout', 'delete'];

const LOGS =
  'The service logs where it runs: its terminal, "journalctl -u leadmaster", or "pm2 logs leadmaster". What happened to sessions: ./leadmaster events';
const SETTINGS = 'Settings are in .env (each is described in .env.example); what is in force: ./leadmaster report';

const INSTEAD: Readonly<Record<string, string>> = {
  log: LOGS,
  logs: LOGS,
  config: SETTINGS,
  settings: SETTINGS,
  env: SETTINGS,
  backup: 'Take a snapshot: ./leadmaster snapshot create NAME',
  restore: 'Go back to a snapshot: ./leadmaster snapshot restore NAME',
  link: 'Show the QR: ./leadmaster qr NAME',
  login: 'Show the QR: ./leadmaster qr NAME',
  help: './leadmaster --help lists the commands.',
};

/** The refusal of a command that is called otherwise, with the right one; null for any other. */
export function calledOtherwise(words: readonly string[]): CliError | null {
  const [first = '', name] = words;
  if (first === 'start' && name !== undefined)
    return wrong(`start ${name}`, `"start" runs the service. A session: ./leadmaster session start ${shellWord(name)}`);
  if (VERBS.includes(first)) {
    const service =
      first === 'stop' || first === 'restart' ? ' The service itself: where it runs (Ctrl-C, systemctl, pm2).' : '';
    return wrong(
      first,
      `A session: ./leadmaster session ${first} ${name === undefined ? 'NAME' : shellWord(name)}.${service}`,
    );
  }
  const hint = Object.hasOwn(INSTEAD, first) ? INSTEAD[first] : undefined;
  return hint === undefined ? null : wrong(first, hint);
}

function wrong(command: string, hint: string): CliError {
  return CliError.usage(`There is no command "${command}".`, hint);
}

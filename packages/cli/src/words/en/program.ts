import { PHONE_RULE, RECIPIENT_RULE, SESSION_NAME_RULE } from '@leadmaster/protocol';

/** The program as a whole: its help, and how a command line is refused. */
export const program = {
  about: 'Keeps WhatsApp Web sessions alive, safe and movable.',
  footer: `
Exit codes: 0 done; 1 the answer is no or the operation failed; 2 wrong usage; 3 not found; 4 wrong state;
5 not allowed; 6 service unreachable; 130 interrupted. With --json, errors are {"error": {...}} on standard output;
the log of a service goes to standard error, and help is always text.`,
  afterError: '(./leadmaster --help lists the commands)',
  seeHelp: './leadmaster --help lists the commands.',
  noCommand: 'No command was given, or not all of one.',
  version: 'output the version number',
  help: 'display help for command',
  json: 'print JSON',
  machine: 'the machine behind the hub that is meant; see "machines list"',
  demo: "work on the demo's data folder",
  /** Headings of a help. */
  titles: {
    'Usage:': 'Usage:',
    'Arguments:': 'Arguments:',
    'Options:': 'Options:',
    'Commands:': 'Commands:',
  },
  /** Places that a value is put in, in the usage of a command. */
  places: {
    address: 'address',
    code: 'code',
    command: 'command',
    count: 'count',
    date: 'date',
    dir: 'dir',
    feature: 'feature',
    file: 'file',
    'file.png': 'file.png',
    hours: 'hours',
    id: 'id',
    key: 'key',
    'key=value': 'key=value',
    kind: 'kind',
    language: 'language',
    machine: 'machine',
    name: 'name',
    number: 'number',
    options: 'options',
    phone: 'phone',
    scope: 'scope',
    seconds: 'seconds',
    tenant: 'tenant',
    text: 'text',
    time: 'time',
    to: 'to',
    url: 'url',
  },
  default: 'default',
  choices: 'choices',
  none: 'none',
};

/** What a value on the command line may be. */
export const rules = {
  sessionName: `Note: ${SESSION_NAME_RULE}.`,
  machine: 'Note: a machine name is 1 to 63 lower-case letters, digits and "-".',
  noSession: (text: string) => `${JSON.stringify(text)} is no session: ${SESSION_NAME_RULE}.`,
  phone: `It must be ${PHONE_RULE}.`,
  recipientIs: RECIPIENT_RULE,
  recipient: `It must be ${RECIPIENT_RULE}.`,
  atOnce: 'It must be a whole number from 1 to 20.',
  seconds: 'It must be a whole number of seconds, at most 600.',
  cursor: 'It must be the number of an event, alone or as NUMBER@LOG.',
  limit: 'It must be a whole number from 1 to 1000.',
  hours: (most: number) => `It must be a whole number of hours from 1 to ${most}.`,
  idempotencyKey: 'It must be 1 to 255 printable ASCII characters.',
  oneOf: (words: string) => `It must be one of ${words}.`,
  time: 'It must be a point in time, such as 2027-01-31 or 2027-01-31T18:00Z.',
  wholeNumber: 'It must be a whole number from 0 to 1000000.',
  lineNumber: 'It must be the number of a line, as the list shows it.',
  keyValue: 'It must be KEY=VALUE.',
  proto: '__proto__ cannot be a key; choose another.',
};

/** What hands type first, where it is called otherwise here. */
export const instead = {
  noSuchCommand: (command: string) => `There is no command "${command}".`,
  logs: 'The service logs where it runs: its terminal, "journalctl -u leadmaster", or "pm2 logs leadmaster". What happened to sessions: ./leadmaster events',
  settings: 'Settings are in .env (each is described in .env.example); what is in force: ./leadmaster report',
  backup: 'Take a snapshot: ./leadmaster snapshot create NAME',
  restore: 'Go back to a snapshot: ./leadmaster snapshot restore NAME',
  showQr: 'Show the QR: ./leadmaster qr NAME',
  startsService: (command: string) => `"start" runs the service. A session: ${command}`,
  session: (command: string) => `A session: ${command}.`,
  theService: ' The service itself: where it runs (Ctrl-C, systemctl, pm2).',
};

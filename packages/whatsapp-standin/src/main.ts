/**
 * The stand-in alone: one JSON line on standard output when it is ready, help for people on standard error, and an
 * orderly end on SIGTERM, SIGINT, SIGHUP or, with --exit-with-parent, when standard input closes.
 */
import { parseArgs } from 'node:util';
import { driftTable, noSuchDrift, PAGES, type PageDate, parseDrift } from './drifts.ts';
import type { SyncSpeed } from './options.ts';
import { startStandin } from './standin.ts';

const HELP = `Usage: standin [flags]
  --port N              port of the page (default: a free one)
  --control-port N      port of the control API (default: a free one)
  --state-file FILE     remember accounts, devices and messages in FILE
  --seed N              make random delays repeatable
  --sync SPEED          fast, normal or slow
  --script-bytes N      size of the page's script
  --heap-bytes N        memory held by the page
  --database-bytes N    history written to each newly linked profile
  --media-bytes N       media written to each newly linked profile
  --no-service-worker   do not let the page install its service worker
  --version TEXT        the WhatsApp Web version that the page says it is
  --page DATE           september (default) or april: of which time the page is
  --drift NAME          what the page does otherwise (again for each): NAME, NAME=VALUE, or -NAME; "list" prints them
  --speed N             run the page's long timers N times as fast
  --exit-with-parent    end when standard input closes
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string' },
    'state-file': { type: 'string' },
    seed: { type: 'string' },
    sync: { type: 'string' },
    'script-bytes': { type: 'string' },
    'heap-bytes': { type: 'string' },
    'database-bytes': { type: 'string' },
    'media-bytes': { type: 'string' },
    'no-service-worker': { type: 'boolean' },
    version: { type: 'string' },
    page: { type: 'string' },
    drift: { type: 'string', multiple: true },
    speed: { type: 'string' },
    'exit-with-parent': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  process.stderr.write(HELP);
  process.exit(0);
}

function number(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  process.stderr.write(`--${name} wants a number, not '${value}'\n`);
  process.exit(2);
}

function speed(value: string | undefined): SyncSpeed | undefined {
  if (value === undefined || value === 'fast' || value === 'normal' || value === 'slow') return value;
  process.stderr.write(`--sync is fast, normal or slow, not '${value}'\n`);
  process.exit(2);
}

/** Leaves out what was not given, so that the defaults hold. */
function given<T extends object>(options: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function factor(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
  process.stderr.write(`--speed wants a number above 0, not '${value}'\n`);
  process.exit(2);
}

function date(value: string | undefined): PageDate | undefined {
  if (value === undefined || Object.hasOwn(PAGES, value)) return value as PageDate | undefined;
  process.stderr.write(`--page is ${Object.keys(PAGES).join(' or ')}, not '${value}'\n`);
  process.exit(2);
}

/** The drifts that were asked for; "list" prints what there is, and an unknown one ends the program. */
function drifts(values: readonly string[] | undefined): readonly string[] | undefined {
  if (values?.includes('list')) {
    process.stdout.write(`${driftTable()}\n`);
    process.exit(0);
  }
  const unknown = values?.find((value) => parseDrift(value) === null);
  if (unknown === undefined) return values;
  process.stderr.write(`--drift: ${noSuchDrift(unknown)}\n`);
  process.exit(2);
}

const world = await startStandin(
  given({
    port: number('port', values.port),
    controlPort: number('control-port', values['control-port']),
    stateFile: values['state-file'],
    seed: number('seed', values.seed),
    sync: speed(values.sync),
    page: given({
      scriptBytes: number('script-bytes', values['script-bytes']),
      heapBytes: number('heap-bytes', values['heap-bytes']),
      databaseBytes: number('database-bytes', values['database-bytes']),
      mediaBytes: number('media-bytes', values['media-bytes']),
      serviceWorker: values['no-service-worker'] ? false : undefined,
      version: values.version,
      date: date(values.page),
      drifts: drifts(values.drift),
      speed: factor(values.speed),
    }),
  }),
);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await world.close();
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
// Mean nothing. Unheard, either ends the process at once.
for (const signal of ['SIGUSR1', 'SIGUSR2']) process.on(signal, () => {});
if (values['exit-with-parent']) {
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
}

const { chromeArgs, chromeArgsText, controlUrl, pageUrl } = world;
process.stderr.write(`The stand-in for WhatsApp is ready.
Have a browser see it as web.whatsapp.com:
  CHROME_ARGS="${chromeArgsText}"
Scan a QR with a simulated phone:
  curl -s ${controlUrl}/phones/5491100000001/scan -d '{"qr":"..."}'
Send to that phone's number:
  curl -s ${controlUrl}/phones/5491100000002/send -d '{"to":"5491100000001","text":"Hola"}'
What it has noticed so far:
  curl -s '${controlUrl}/observed?after=0'
`);
process.stdout.write(`${JSON.stringify({ chromeArgs, chromeArgsText, controlUrl, pageUrl })}\n`);

import { visible, visibleLines, redact as withoutSecrets } from '@leadmaster/protocol';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { LogSink } from './log-sink.ts';

/** What must never be written down, wherever it turns up in what is logged. */
const SECRETS = ['adminKey', 'serviceToken', 'qr', 'text', 'authorization', 'headers'];

/** How much is written, and in which form. */
export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

/** A log and the place that it leads to. */
export interface ServiceLog {
  log: Logger;
  sink: LogSink;
}

/** The service's log on standard output or standard error, which never holds the service up. */
export function createServiceLog(config: LogSettings, to: 'stdout' | 'stderr' = 'stdout'): ServiceLog {
  const sink = new LogSink(to === 'stderr' ? 2 : 1, (count) => format(noticeOf(count)));
  const format = config.format === 'json' ? asItIs : prettyLines(sink.isTerminal);
  return { log: createLogger(config, { write: (line) => sink.write(format(line)) }), sink };
}

/** JSON lines. Each is written without the secrets that a URL in it may hold: also what libraries and the system say, causes and stacks. */
export function createLogger(config: Pick<LogSettings, 'level'>, to: DestinationStream): Logger {
  const redact = { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' };
  const options = {
    level: config.level,
    redact,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    // What would command a terminal is written out; in a string of JSON that is the same string.
    hooks: { streamWrite: (line: string) => visibleLines(withoutSecrets(line)) },
  };
  return pino(options, to);
}

/** Lines for people (`LOG_FORMAT=pretty`), made of those in JSON. A stack keeps its lines; all else from outside is one. */
export function prettyLines(colorize: boolean): (line: string) => string {
  const say = prettyFactory({ translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', colorize });
  return (line) => say(JSON.parse(line, shown));
}

function shown(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return key === 'stack' ? visibleLines(value) : visible(value);
}

function asItIs(line: string): string {
  return line;
}

function noticeOf(count: number): string {
  const time = new Date().toISOString();
  const msg = 'lines of the log were dropped: its reader did not keep up, or the disk was full';
  return `${JSON.stringify({ level: pino.levels.values.warn, time, dropped: count, msg })}\n`;
}

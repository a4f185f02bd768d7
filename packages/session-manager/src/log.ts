import { redact as withoutSecrets } from '@leadmaster/protocol';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config/config.ts';

/** What must never be written down, wherever it turns up in what is logged. */
const SECRETS = ['adminKey', 'serviceToken', 'qr', 'text', 'authorization', 'headers'];

/**
 * The service's log: JSON lines on stdout (or stderr), or readable ones (`LOG_FORMAT=pretty`). Each line is written without
 * the secrets that a URL in it may hold: also what libraries and the system say, causes and stacks.
 */
export function createLogger(config: Config['log'], to: 'stdout' | 'stderr' | DestinationStream = 'stdout'): Logger {
  const fd = to === 'stderr' ? 2 : 1;
  const redact = { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' };
  const options = {
    level: config.level,
    redact,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    hooks: { streamWrite: withoutSecrets },
  };
  if (typeof to === 'object') return pino(options, to);
  if (config.format === 'json') return pino(options, destination(fd));
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', destination: fd },
    },
  });
}

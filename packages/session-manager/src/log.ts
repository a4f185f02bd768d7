import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config/config.ts';

/** What must never be written down, wherever it turns up in what is logged. */
const SECRETS = ['adminKey', 'serviceToken', 'qr', 'text', 'authorization', 'headers'];

/** The service's log: JSON lines on stdout (or stderr), or readable ones (`LOG_FORMAT=pretty`). */
export function createLogger(config: Config['log'], to: 'stdout' | 'stderr' = 'stdout'): Logger {
  const fd = to === 'stdout' ? 1 : 2;
  const redact = { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' };
  const options = { level: config.level, redact, base: null, timestamp: stdTimeFunctions.isoTime };
  if (config.format === 'json') return pino(options, destination(fd));
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', destination: fd },
    },
  });
}

/** The log of a service, which never holds it up. */

export { createLogger, createServiceLog, type LogSettings, prettyLines, type ServiceLog } from './log.ts';
export { LogSink } from './log-sink.ts';

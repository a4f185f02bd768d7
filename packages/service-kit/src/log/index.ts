/** The log of a service, which never holds it up. */

export { createLogger, createServiceLog } from './log.ts';
export { LogSink } from './log-sink.ts';
export { measureLog } from './measure-log.ts';

import { Counter, type Registry } from 'prom-client';
import type { LogSink } from './log-sink.ts';

/** How much of the service's own log was dropped. */
export function measureLog(registry: Registry, sink: Pick<LogSink, 'dropped'>): void {
  new Counter({
    name: 'leadmaster_log_lines_dropped_total',
    help: 'Lines of the log that were dropped: its reader did not keep up, or the disk was full',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sink.dropped);
    },
  });
}

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The machine that figures were measured on, as it is now. */
export function thisMachine(): Record<string, unknown> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? '',
    memoryBytes: totalmem(),
    kernel: release(),
    load: readFileSync('/proc/loadavg', 'utf8').trim(),
    node: process.version,
  };
}

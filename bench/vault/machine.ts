import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { run } from './measure.ts';

/** What it ran on, and against which versions. */
export async function machineFacts(cwd: string): Promise<Record<string, unknown>> {
  const { signal } = new AbortController();
  const version = async (command: string, flag: string): Promise<string> =>
    (await run(command, [flag], { cwd, signal })).output.split('\n')[0] ?? '';
  const browser = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? '',
    memoryBytes: totalmem(),
    kernel: release(),
    load: readFileSync('/proc/loadavg', 'utf8').trim(),
    node: process.version,
    browser: `${browser.product} ${browser.version}`,
    restic: await version('restic', 'version'),
    tar: await version('tar', '--version'),
  };
}

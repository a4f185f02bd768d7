import { findBrowser } from '@leadmaster/session-manager/browser';
import { thisMachine } from '../shared/machine.ts';
import { run } from './measure.ts';

/** What it ran on, and against which versions. */
export async function machineFacts(cwd: string): Promise<Record<string, unknown>> {
  const { signal } = new AbortController();
  const version = async (command: string, flag: string): Promise<string> =>
    (await run(command, [flag], { cwd, signal })).output.split('\n')[0] ?? '';
  const browser = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
  return {
    ...thisMachine(),
    browser: `${browser.product} ${browser.version}`,
    restic: await version('restic', 'version'),
    tar: await version('tar', '--version'),
  };
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT, type Env } from '@leadmaster/session-manager/config';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

/** The stand-in for WhatsApp, running beside the service as WhatsApp itself would. */
export interface StandinProcess {
  /** `CHROME_ARGS` for the services: Chromium flags as any user could set them. */
  chromeArgs: string;
  /** The control API of its phones. */
  controlUrl: string;
  /** Resolves with a reason when the stand-in is gone. */
  ended: Promise<string>;
  close(): Promise<void>;
}

const START_MS = 30_000;
const STOP_MS = 5000;

/** What it remembers from one demo to the next. */
export function stateFile(dataDir: string): string {
  return join(dataDir, 'standin.json');
}

/** Starts the stand-in on the demo's own data folder. */
export async function startStandin(env: Env, dataDir: string): Promise<StandinProcess> {
  const main = join(CHECKOUT, 'packages/whatsapp-standin/src/main.ts');
  const args = ['--disable-sigusr1', main, '--exit-with-parent', '--state-file', stateFile(dataDir)];
  // A process group of its own: Ctrl-C in the terminal ends the service first, and the stand-in by its closed pipe.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  child.on('error', (error) => end(`the stand-in cannot be started: ${error.message}`));
  child.on('exit', (code) => end(`the stand-in has ended (${code})`));
  child.stdin.on('error', () => {});

  const close = async (): Promise<void> => {
    child.stdin.end();
    await Promise.race([ended, sleep(STOP_MS).then(() => child.kill('SIGKILL'))]);
    await ended;
  };
  const late = sleep(START_MS, 'the stand-in did not start in time', { ref: false });
  const first = await Promise.race([firstLine(child.stdout), ended, late]);
  try {
    const { chromeArgsText, controlUrl }: { chromeArgsText: string; controlUrl: string } = JSON.parse(first);
    const chromeArgs = [env.CHROME_ARGS, chromeArgsText].filter(Boolean).join(' ');
    return { chromeArgs, controlUrl, ended, close };
  } catch {
    await close();
    throw new CliError(EXIT.failed, 'demo_failed', ({ service }) => service.demoFailed(first), said.trim());
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return new Promise(() => {}); // It ended before it printed anything; its exit says why.
}

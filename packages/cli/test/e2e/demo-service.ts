import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { freePort } from '@leadmaster/testkit/free-port';
import { onTestFinished, type TestContext } from 'vitest';
import { exitOf } from '../launch/fake-checkout.ts';

/** The command line as a user runs it, but for the install that stands before it. */
export const MAIN = join(CHECKOUT, 'packages/cli/src/main.mjs');

/** Skips a test where there is no browser, with the reason. */
export async function needBrowser(context: TestContext): Promise<void> {
  const missing = await findBrowser({ chromePath: null, visible: false }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (missing !== null) context.skip(missing);
}

async function ended(stream: Readable | null): Promise<void> {
  if (stream !== null && !stream.readableEnded) await once(stream, 'end');
}

export interface Running {
  child: ChildProcess;
  said(): string;
}

/** A place for a demo, and the command line set to speak with it. */
export async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-demo-'));
  const [managerPort, hubPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    LEADMASTER_DATA_DIR: join(folder, 'data'),
    SESSION_MANAGER_PORT: String(managerPort),
    HUB_PORT: String(hubPort),
  };
  const children: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(exitOf));
    rmSync(folder, { recursive: true, force: true });
  });
  const spawnIn = (extra: Record<string, string>, args: readonly string[], uid?: number): Running => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...env, ...extra },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    children.push(child);
    return { child, said: () => text };
  };
  const start = (...args: string[]): Running => spawnIn({}, args);
  /** The same with settings of its own. */
  const startWith = (extra: Record<string, string>, ...args: string[]): Running => spawnIn(extra, args);
  /** The command line as another user, with settings of its own. */
  const cliAs =
    (uid: number | undefined, extra: Record<string, string>) =>
    async (...args: string[]) => {
      const { child, said } = spawnIn(extra, args, uid);
      const code = await exitOf(child);
      await Promise.all([child.stdout, child.stderr].map((stream) => ended(stream)));
      return { code, text: said() };
    };
  /** The command line with settings of its own. */
  const cliWith = (extra: Record<string, string>) => cliAs(undefined, extra);
  return { folder, hubPort, managerPort, start, startWith, cli: cliWith({}), cliWith, cliAs };
}

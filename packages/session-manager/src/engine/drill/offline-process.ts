import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { identifyChild, type ProcessIdentity } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import { within } from '@leadmaster/service-kit/wait';
import { UTF8_LOCALE } from '../../config/browser-env.ts';
import { commandPath } from '../../config/browser-machine.ts';
import { UNSHARE } from './namespace.ts';
import { OnePageTransport } from './one-page-transport.ts';

const SAID_BYTES = 2_000;
const LAST_WORDS_MS = 2_000;

/** A browser that was started and has not answered yet. */
export interface OfflineProcess {
  identity: ProcessIdentity;
  transport: OnePageTransport;
  /** The end of what it complained of, on one line; of one that has ended all of it, also what is still in the pipe. */
  complaints(): Promise<string>;
}

export interface OfflineCommand {
  path: string;
  flags: readonly string[];
  /** Arguments of `unshare` that take the network away; null to start without it. */
  namespace: readonly string[] | null;
  /** A folder for what it would leave in the home and temporary folders. */
  homeDir: string;
}

/**
 * Starts a browser in a process group of its own. From the moment this returns, it can be ended: no wait lies between.
 *
 * @throws LeadMasterError `browser_failed` when there is no such program.
 */
export function startOffline(command: OfflineCommand): OfflineProcess {
  const [program, args] = commandLine(command);
  const child = spawn(program, args, {
    detached: true,
    // What the service was told in its environment is no business of the browser.
    env: { PATH: commandPath(), HOME: command.homeDir, TMPDIR: command.homeDir, ...UTF8_LOCALE },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  // Without a pid it never was there; the error comes a moment later, and this is its only place.
  child.on('error', () => undefined);
  const identity = child.pid === undefined ? null : identifyChild(child.pid);
  if (identity === null) throw didNotStart(`${program} cannot be started`);
  const [, , , out, incoming] = child.stdio as unknown as [null, null, null, Duplex, Duplex];
  return { identity, transport: new OnePageTransport(out, incoming), complaints: listen(child) };
}

/** A browser that does not start says nothing about the copy that it was to read. */
export function didNotStart(why: string, cause?: unknown): LeadMasterError {
  return new LeadMasterError(
    'browser_failed',
    `The browser that reads copies did not start: ${why}`,
    'This says nothing about the copy. See that the browser starts for this user, and that memory is free.',
    { cause },
  );
}

/** `unshare` becomes the browser: pipes, pid and group stay. */
function commandLine({ path, flags, namespace }: OfflineCommand): [program: string, args: string[]] {
  return namespace === null ? [path, [...flags]] : [UNSHARE, [...namespace, '--', path, ...flags]];
}

function listen({ stderr }: ChildProcess): () => Promise<string> {
  let said = '';
  stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-SAID_BYTES);
  });
  const closed = new Promise<void>((resolve) => stderr?.once('close', resolve));
  return async () => {
    // One that lives keeps it open.
    await within(LAST_WORDS_MS, closed, null);
    return said.trim().split('\n').slice(-5).join('; ');
  };
}

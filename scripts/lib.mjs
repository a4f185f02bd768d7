import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is installed and built here runs later: no other user may write it, under any umask. */
export function keepOthersFromWriting() {
  process.umask(process.umask() | 0o022);
}

/** An error whose message is meant for the person who typed the command. */
export class LaunchError extends Error {}

/** Runs a command to its end and keeps what it says. */
export function capture(command, args, options = {}) {
  const { signal, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...rest });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    const abort = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', abort);
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', abort);
      resolve({ code: code ?? 1, killedBy, output });
    });
  });
}

/** Runs a command with this terminal, to its end; resolves to its exit code. */
export function passThrough(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: ROOT, ...options });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Prints what went wrong as one person tells another, and ends. */
export function fail(error) {
  console.error(error instanceof LaunchError ? error.message : error);
  process.exit(1);
}

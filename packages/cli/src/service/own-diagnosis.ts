import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { doctorReport, ERRORS, type ErrorCode, LeadMasterError } from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { Diagnosis } from '@leadmaster/session-manager';
import type { Env } from '@leadmaster/session-manager/config';
import { z } from 'zod';
import { EXIT } from '../exit-codes.ts';

const MAIN = join(import.meta.dirname, '../main.mjs');
/** A look with a browser of its own takes less by far. */
const LOOK_MS = 300_000;
const OUTPUT_BYTES = 32 * 2 ** 20;

const refusal = z.object({ error: z.looseObject({ code: z.string(), detail: z.string(), hint: z.string() }) });

/**
 * The doctor and the report for the service that this process hosts: this same command, in a process of its own. What it
 * waits for there keeps no session waiting, and no file that it opens can be a lock of the service. One look at a time.
 *
 * @param env what the service was started with
 */
export function ownDiagnosis(env: Env): Diagnosis {
  const queue = new SerialQueue();
  const ask = (args: readonly string[], signal: AbortSignal): Promise<string> =>
    queue.run(() => ownCommand(args, env, signal));
  return {
    async examine({ language, network, fix }, signal) {
      const options = [...(network ? [] : ['--no-network']), ...(fix ? ['--fix'] : [])];
      return doctorReport.parse(JSON.parse(await ask(['doctor', '--json', '--lang', language, ...options], signal)));
    },
    report: (language, signal) => ask(['report', '--lang', language], signal),
  };
}

/** What the command has written. That the doctor has found problems is its answer, not a failure. */
function ownCommand(args: readonly string[], env: Env, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...env },
      signal,
      timeout: LOOK_MS,
      killSignal: 'SIGKILL',
      maxBuffer: OUTPUT_BYTES,
    } as const;
    execFile(process.execPath, ['--disable-sigusr1', MAIN, ...args], options, (error, stdout, stderr) => {
      const refused = refusal.safeParse(parsed(stdout)).data?.error;
      if (error === null || (error.code === EXIT.failed && refused === undefined && stdout !== '')) resolve(stdout);
      else reject(signal.aborted ? signal.reason : failure(args[0] ?? '', error, refused, stderr));
    });
  });
}

function failure(
  command: string,
  error: ExecFileException,
  refused: z.infer<typeof refusal>['error'] | undefined,
  stderr: string,
): LeadMasterError {
  const isKnown = refused !== undefined && Object.hasOwn(ERRORS, refused.code);
  if (isKnown) return new LeadMasterError(refused.code as ErrorCode, refused.detail, refused.hint);
  const hint = 'Give the same command on the machine itself; its answer says more.';
  if (error.killed === true) return new LeadMasterError('timeout', `The ${command} did not end in time`, hint);
  const why = (refused?.detail ?? stderr.trim()) || error.message;
  return new LeadMasterError('unprocessable', `The ${command} has failed: ${why}`, hint, { cause: error });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

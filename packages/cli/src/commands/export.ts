import { LeadMasterError, type Snapshot, type SnapshotKind, type SnapshotList } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { asCliError, CliError } from '../cli-error.ts';
import { filePath, refuseTaken, writeExport } from '../client/exported-file.ts';
import { of } from '../client/service-client.ts';
import { type SnapshotAccess, withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { passphraseOption, readPassphrase } from '../output/passphrase.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { bytes } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findIn } from './snapshot-id.ts';
import { order } from './starting.ts';
import { nameArgument } from './values.ts';

interface ExportOptions {
  snapshot?: string;
  kind?: SnapshotKind;
  retire?: true;
  force?: true;
  passphraseFile?: string;
}

type ExportTarget = ExportOptions & { name: string; path: string; passphrase: string; list: SnapshotList };

/** A stop closes a browser in order. */
const STOP_S = 60;

export const register: Register = (parent, io, words) => {
  parent
    .command('export')
    .description(words.help.export.about)
    .addArgument(nameArgument())
    .argument('<file>', words.help.export.file)
    .option('--snapshot <id>', words.help.export.snapshot)
    .addOption(new Option('--kind <kind>', words.help.export.kind).choices(['essential', 'full']))
    .option('--retire', words.help.export.retire)
    .option('--force', words.help.export.force)
    .addOption(passphraseOption())
    .action(async (name: string, file: string, options: ExportOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.snapshot !== undefined && (options.retire || options.kind !== undefined)) {
        throw CliError.usage('--snapshot takes one that is there; --kind and --retire take a fresh one.');
      }
      const path = filePath(file);
      await refuseTaken(path, options.force ?? false);
      await withSnapshots(cli, async (access) => {
        // Nothing is asked for a session that is not there.
        const list = await access.snapshots.list(name);
        const passphrase = await readPassphrase(io, options.passphraseFile, { twice: true });
        await exportTo(cli, access, { ...options, name, path, passphrase, list });
      });
    });
};

async function exportTo(cli: Cli, access: SnapshotAccess, wanted: ExportTarget): Promise<void> {
  const { name, path, retire = false } = wanted;
  const task = () => write(cli, access, wanted);
  const { chosen, written } = await (retire && access.isServed ? stoppedDuring(cli, name, task) : task());
  cli.print.data({
    session: name,
    snapshot: chosen.id,
    file: path,
    bytes: written.bytes,
    verified: true,
    retired: retire,
  });
  cli.print.line(`${path}: ${bytes(written.bytes)}, ${nameSnapshot(chosen)} of ${name}; read back and proven.`);
  if (retire) cli.print.line(`${name} is MOVED here: import the file where it goes on.`);
  cli.print.note('Whoever has the file and its passphrase has the account. Without the passphrase nobody can read it.');
  if (!retire)
    cli.print.note(
      `What is imported elsewhere must not start while ${name} runs in another place (export --retire gives it up here).`,
    );
}

/** Takes the snapshot, writes it into the file, and gives the session up where that is wanted. */
async function write(
  cli: Cli,
  access: SnapshotAccess,
  wanted: ExportTarget,
): Promise<{ chosen: Snapshot; written: { bytes: number } }> {
  const { name, path, passphrase, retire = false } = wanted;
  const chosen = await choose(cli, access, wanted);
  const written = await long(cli, name, async (call) => {
    const { snapshot, bytes: stream } = await access.snapshots.export(name, chosen.id, {
      passphrase,
      signal: call.signal,
    });
    return writeExport(path, stream, { ...call, passphrase, about: snapshot.bytes });
  });
  if (retire) await giveUp(access, name, chosen.id, path);
  return { chosen, written };
}

/**
 * Stops the session for a task: before its last snapshot, so that nothing is written after it. Where the task fails, and the
 * session is still here, it runs again if it ran before.
 */
async function stoppedDuring<T>(cli: Cli, name: string, task: () => Promise<T>): Promise<T> {
  const { state, desired, hint } = await cli.client().call('getSession', of(name));
  // Refused before it is stopped: nothing of it would be copied.
  if (state === 'WRONG_ACCOUNT')
    throw new CliError(EXIT.wrongState, 'wrong_account', `${name} is linked to another account than its own.`, hint);
  await stop(cli, name);
  try {
    return await task();
  } catch (thrown) {
    const error = asCliError(thrown);
    const ran = desired === 'running' && state !== 'STOPPED';
    if (!ran || error instanceof RetireUnknown) throw error;
    throw await startedAgain(cli, name, error);
  }
}

/** The error, with what the session is now. */
async function startedAgain(cli: Cli, name: string, error: CliError): Promise<CliError> {
  const { exitCode, code, message, hint, problem, facts } = error;
  const told = (now: string): CliError =>
    new CliError(exitCode, code, `${message.replace(/\.?$/, '.')} ${now}`, hint, { problem, facts });
  return cli
    .client()
    .call('startSession', of(name))
    .then(
      () => told(`${name} was stopped for it, and is started again.`),
      (why: unknown) =>
        told(`${name} is stopped (${asCliError(why).message}); start it: ./leadmaster session start ${name}`),
    );
}

/** The session may be given up here: it must not start. */
class RetireUnknown extends CliError {}

async function stop(cli: Cli, name: string): Promise<void> {
  const session = await order(cli, 'stopSession', name, STOP_S);
  if (session.state !== 'MOVED') return;
  throw new CliError(
    EXIT.wrongState,
    'session_moved',
    `${name} has been given up here already.`,
    'Import the file that was written then.',
  );
}

async function choose(
  cli: Cli,
  { snapshots }: SnapshotAccess,
  { name, snapshot, kind, list }: Pick<ExportTarget, 'name' | 'snapshot' | 'kind' | 'list'>,
): Promise<Snapshot> {
  if (snapshot !== undefined) return findIn(list, name, snapshot);
  const wanted = kind === undefined ? {} : { kind };
  return long(cli, name, (call) => snapshots.create(name, { ...call, ...wanted, reason: 'requested' }));
}

/** The file is good by now; what keeps the session here is told with it. */
async function giveUp({ snapshots }: SnapshotAccess, name: string, id: string, path: string): Promise<void> {
  try {
    await snapshots.retire(name, id);
  } catch (error) {
    if (!(error instanceof CliError) && !(error instanceof LeadMasterError)) throw error;
    const isUnknown = error.code === 'answer_lost' || error.code === 'interrupted';
    const now = isUnknown ? `whether ${name} is given up here is not known` : `${name} is still here`;
    const message = `${path} is written, but ${now}: ${error.message}`;
    throw new (isUnknown ? RetireUnknown : CliError)(EXIT.failed, error.code, message, error.hint);
  }
}

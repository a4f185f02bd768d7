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
import { sessionHintText } from '../words/told.ts';
import type { Text, Words } from '../words/words.ts';
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
    .addArgument(nameArgument(words))
    .argument('<file>', words.help.export.file)
    .option('--snapshot <id>', words.help.export.snapshot)
    .addOption(new Option('--kind <kind>', words.help.export.kind).choices(['essential', 'full']))
    .option('--retire', words.help.export.retire)
    .option('--force', words.help.export.force)
    .addOption(passphraseOption(words))
    .action(async (name: string, file: string, options: ExportOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.snapshot !== undefined && (options.retire || options.kind !== undefined)) {
        throw CliError.usage(({ portable }) => portable.freshOrThere);
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
  const { portable } = cli.words;
  cli.print.line(portable.exported(path, bytes(written.bytes), nameSnapshot(cli.words, chosen), name));
  if (retire) cli.print.line(portable.isMoved(name));
  cli.print.note(portable.holdsTheAccount);
  if (!retire) cli.print.note(portable.notBoth(name));
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
  const session = await cli.client().call('getSession', of(name));
  const { state, desired } = session;
  // Refused before it is stopped: nothing of it would be copied.
  if (state === 'WRONG_ACCOUNT')
    throw new CliError(
      EXIT.wrongState,
      'wrong_account',
      ({ portable }) => portable.wrongAccount(name),
      sessionHintText(session),
    );
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
  const { exitCode, code, advice, problem, facts } = error;
  const told = (now: (words: Words) => string): CliError => {
    const text: Text = (words) => `${error.saidIn(words).replace(/\.?$/, '.')} ${now(words)}`;
    return new CliError(exitCode, code, text, advice, { problem, facts });
  };
  return cli
    .client()
    .call('startSession', of(name))
    .then(
      () => told(({ portable }) => portable.startedAgain(name)),
      (why: unknown) => told((words) => words.portable.staysStopped(name, asCliError(why).saidIn(words))),
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
    ({ portable }) => portable.givenUp(name),
    ({ portable }) => portable.importThatFile,
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
    const { code, advice } = asCliError(error);
    const text: Text = (words) => {
      const { notKnown, stillHere, writtenBut } = words.portable;
      return writtenBut(path, isUnknown ? notKnown(name) : stillHere(name), asCliError(error).saidIn(words));
    };
    throw new (isUnknown ? RetireUnknown : CliError)(EXIT.failed, code, text, advice);
  }
}

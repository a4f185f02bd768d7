import { resolve } from 'node:path';
import type { Snapshot } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { asCliError, CliError } from '../cli-error.ts';
import { extract, readVault } from '../client/extract.ts';
import { type SnapshotAccess, withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { bytes, describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { chooseToGoBack, findSnapshot, idArgument, noteDamage } from './snapshot-id.ts';
import { nameArgument } from './values.ts';

interface RestoreOptions {
  start?: true;
  restart?: true;
  overwriteNewer?: true;
  otherAccount?: true;
  yes?: true;
  to?: string;
}

const OF_A_SESSION = ['start', 'restart', 'overwriteNewer', 'otherAccount', 'yes'];

export const registerRestore: Register = (noun, io, words) => {
  noun
    .command('restore')
    .description(words.help.snapshot.restore.about)
    .addArgument(nameArgument(words))
    .addArgument(idArgument(words, 'latest', words.help.shared.latest))
    .option('--start', words.help.snapshot.restore.start)
    .option('--restart', words.help.snapshot.restore.restart)
    .option('--overwrite-newer', words.help.snapshot.restore.overwriteNewer)
    .option('--other-account', words.help.snapshot.restore.otherAccount)
    .option('-y, --yes', words.help.snapshot.restore.yes)
    .addOption(new Option('--to <dir>', words.help.snapshot.restore.to).conflicts(OF_A_SESSION))
    .action(async (name: string, id: string, options: RestoreOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.to !== undefined) return extractTo(cli, name, id, resolve(options.to));
      await withSnapshots(cli, (access) => restore(cli, access, name, id, options));
    });
};

async function restore(
  cli: Cli,
  { snapshots, isServed }: SnapshotAccess,
  name: string,
  text: string,
  options: RestoreOptions,
): Promise<void> {
  const { start = false, restart = false, overwriteNewer = false, otherAccount = false, yes } = options;
  const choose = (items: readonly Snapshot[]) => chooseToGoBack(items, ({ reason }) => reason, name, text);
  const chosen = await findSnapshot(snapshots, name, text, choose, cli.print);
  await confirm(cli, yes, cli.words.restore.ask(name, nameSnapshot(cli.words, chosen), restart));
  const wanted = { start, restart, overwriteNewer, otherAccount };
  const session = await long(cli, name, (call) => snapshots.restore(name, chosen.id, { ...call, ...wanted })).catch(
    (error: unknown) => {
      throw withOption(error, `./leadmaster snapshot restore ${name} ${chosen.id}`, wanted);
    },
  );
  cli.print.data(session);
  // The answer does not tell whether there was a profile: the session may be deleted, or its folder lost.
  cli.print.line(cli.words.restore.isBack(name, nameSnapshot(cli.words, chosen)));
  cli.print.line(describeSession(cli.print, session));
  if (!isServed && (start || restart)) cli.print.note(cli.words.sessions.startsWithService(cli.startCommand));
}

/** Which option lets it happen anyway. */
const OPTIONS = { newer_login: 'overwriteNewer', session_running: 'restart', other_account: 'otherAccount' } as const;
const FLAGS = {
  start: '--start',
  restart: '--restart',
  overwriteNewer: '--overwrite-newer',
  otherAccount: '--other-account',
} as const;

/** A refusal, with the command that is not refused where there is one. */
function withOption(thrown: unknown, command: string, given: Record<keyof typeof FLAGS, boolean>): CliError {
  const error = asCliError(thrown);
  const { exitCode, code, text, problem } = error;
  if (code !== 'newer_login' && code !== 'session_running' && code !== 'other_account') return error;
  const wanted = { ...given, [OPTIONS[code]]: true };
  const flags = (['start', 'restart', 'overwriteNewer', 'otherAccount'] as const).filter((name) => wanted[name]);
  const line = [command, ...flags.map((name) => FLAGS[name])].join(' ');
  return new CliError(exitCode, code, text, (words) => words.restore.anyway(line), { problem });
}

/** Reads the vault by itself: the files of a snapshot concern neither the service nor the profile in place. */
async function extractTo(cli: Cli, name: string, text: string, target: string): Promise<void> {
  await refuseAmongSessions(cli, target);
  const done = await long(cli, name, async (call) => {
    const vault = await readVault(cli.config, call.signal);
    const { snapshots, problems } = await vault.list(name, { signal: call.signal });
    if (text === 'latest') noteDamage(cli.print, name, snapshots.at(-1)?.id ?? null, problems);
    const { id } = chooseToGoBack(snapshots.toReversed(), ({ extra }) => extra.reason, name, text);
    return { session: name, snapshot: id, path: target, ...(await extract(vault, name, id, target, call)) };
  });
  cli.print.data(done);
  const { count, restore } = cli.words;
  cli.print.line(restore.extracted(target, count.files(done.files), bytes(done.bytes), done.snapshot, name));
  cli.print.note(restore.theyHoldTheLogin);
}

/** A folder there counts as a session: there would be two of one login. */
async function refuseAmongSessions(cli: Cli, target: string): Promise<void> {
  const { tokensAround } = await import('@leadmaster/session-manager/tokens-around');
  const tokens = await tokensAround(target, cli.config.dataDir);
  if (tokens === null) return;
  throw CliError.usage(
    (words) => words.restore.amongSessions(target, tokens),
    (words) => words.restore.nameElsewhere,
  );
}

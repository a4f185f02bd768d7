import type { CheckName, SnapshotProblem, VerifyReport } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type Snapshots, withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { showChecks } from '../output/snapshot-words.ts';
import { ENGLISH, type Text } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findIn, idArgument, newerDamage, sayProblem } from './snapshot-id.ts';
import { nameArgument } from './values.ts';

export const registerVerify: Register = (noun, io, words) => {
  noun
    .command('verify')
    .description(words.help.snapshot.verify.about)
    .addArgument(nameArgument(words))
    .addArgument(idArgument(words, 'latest'))
    .option('--drill', words.help.snapshot.verify.drill)
    .action(async (name: string, text: string, { drill = false }: { drill?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, ({ snapshots }) => verify(cli, snapshots, name, text, drill));
    });
};

async function verify(cli: Cli, snapshots: Snapshots, name: string, text: string, drill: boolean): Promise<void> {
  const list = await snapshots.list(name);
  const { id } = findIn(list, name, text);
  const newer = id === list.items[0]?.id ? newerDamage(id, list.problems) : [];
  const found = await long(cli, name, (call) => snapshots.verify(name, id, { ...call, drill }));
  const report = text === 'latest' ? withNewest(found, newer) : found;
  cli.print.data({ session: name, snapshot: id, ...report, good: found.ok ? id : null, newer });
  showChecks(cli.print, report.checks);
  if (!report.ok) throw notGood(name, id, found.ok, newer);
  cli.print.line(cli.words.snapshots.good(name, id));
  for (const one of newer) cli.print.note(cli.words.snapshots.newerUnread(name, sayProblem(cli.words, one)));
}

/** The answer for the newest snapshot that was taken: one that can be read is not it where a newer one cannot. */
function withNewest({ ok, checks }: VerifyReport, newer: readonly SnapshotProblem[]): VerifyReport {
  const damage = newer.map((one) => ({
    name: 'newest' satisfies CheckName,
    ok: false,
    detail: sayProblem(ENGLISH, one),
  }));
  return { ok: ok && damage.length === 0, checks: [...checks, ...damage] };
}

function notGood(name: string, id: string, good: boolean, newer: readonly SnapshotProblem[]): CliError {
  const text: Text = ({ snapshots }) => {
    const one = good ? snapshots.goodNewest(id) : snapshots.notGood(name, id);
    return newer.length === 0 ? one : snapshots.newestUnread(name, one);
  };
  const hint: Text = newer.length === 0 ? '' : ({ snapshots }) => snapshots.seeBoth(name);
  return new CliError(EXIT.failed, 'snapshot_damaged', text, hint, { told: true });
}

import { isSessionName } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { filePath, openFile, readBack, refuseMissing } from '../client/exported-file.ts';
import { withSnapshots } from '../client/snapshots.ts';
import { passphraseOption, readPassphrase } from '../output/passphrase.ts';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { failUnlessGood, order, waitOption } from './starting.ts';
import { sessionName } from './values.ts';

interface ImportOptions {
  name?: string;
  originRetired?: true;
  replace?: true;
  overwriteNewer?: true;
  otherAccount?: true;
  start?: true;
  wait: number;
  passphraseFile?: string;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('import')
    .description(words.help.import.about)
    .argument('<file>', words.help.import.file)
    .addOption(new Option('--name <name>', words.help.import.name).argParser(sessionName(words)))
    .option('--origin-retired', words.help.import.originRetired)
    .option('--replace', words.help.import.replace)
    .option('--overwrite-newer', words.help.import.overwriteNewer)
    .option('--other-account', words.help.import.otherAccount)
    .option('--start', words.help.import.start)
    .addOption(waitOption(words))
    .addOption(passphraseOption(words))
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const cli = cliOf(command, io);
      const {
        originRetired = false,
        replace = false,
        overwriteNewer = false,
        otherAccount = false,
        start = false,
      } = options;
      if (start && !originRetired) {
        throw CliError.usage(
          ({ portable }) => portable.startsRetired,
          ({ portable }) => portable.sayRetired,
        );
      }
      const path = filePath(file);
      await refuseMissing(path);
      const passphrase = await readPassphrase(io, options.passphraseFile, { twice: false });
      // All of it before any of it is sent: a wrong passphrase and a damaged file are told here.
      const content = await long(cli, file, (call) => readBack(path, { ...call, passphrase }));
      const name = options.name ?? content.session;
      if (!isSessionName(name))
        throw CliError.usage(
          ({ portable }) => portable.badName,
          ({ portable }) => portable.giveName,
        );
      const session = await withSnapshots(cli, async ({ snapshots, isServed }) => {
        const imported = await long(cli, name, async (call) => {
          const { stream, bytes: sizeBytes } = await openFile(path, 'sending', call);
          // The service is asked to start it afterwards, by a call that waits.
          const said = { originRetired, replace, overwriteNewer, otherAccount, start: start && !isServed };
          return snapshots.import(name, stream, { ...call, ...said, passphrase, sizeBytes });
        });
        if (start && !isServed) cli.print.note(words.sessions.startsWithService(cli.startCommand));
        return start && isServed ? order(cli, 'startSession', name, options.wait) : imported;
      });
      cli.print.data(session);
      cli.print.line(describeSession(cli.print, session));
      if (start) failUnlessGood(session);
      // A copy's hint tells it, and what has to be confirmed first.
      else if (session.hint === '') cli.print.note(words.sessions.startIt(name));
    });
};

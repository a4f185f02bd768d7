import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Language } from '@leadmaster/doctor';
import { errorText } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { version } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { cliOf, type Register } from './command.ts';
import { languageOption } from './doctor.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('report')
    .description(words.help.report.about)
    .addOption(languageOption(words))
    .option('--out <file>', words.help.report.out)
    .option('--code <dir>', words.help.report.code)
    .action(async ({ lang, out, code }: { lang: Language; out?: string; code?: string }, command: Command) => {
      const cli = cliOf(command, io);
      const { gather, renderReport } = await import('@leadmaster/doctor/report');
      const codeDir = code === undefined ? null : resolve(code);
      const facts = await gather(cli.config, { language: lang, version: version(), codeDir });
      const text = renderReport(facts, lang);
      if (out !== undefined) await write(resolve(out), text);
      cli.print.data(facts);
      if (out === undefined && !cli.json) cli.print.text(text);
      if (out !== undefined) cli.print.note(words.files.written(resolve(out)));
    });
};

/** It names accounts and their phones: others need not read it. */
async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw new CliError(EXIT.failed, 'not_written', ({ files }) => files.notWritten(file, errorText(error)));
  }
}

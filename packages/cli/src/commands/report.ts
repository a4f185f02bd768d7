import { resolve } from 'node:path';
import type { Language } from '@leadmaster/doctor';
import { errorText } from '@leadmaster/protocol';
import { replaceByPrivateFile } from '@leadmaster/service-kit/files';
import type { Command } from 'commander';
import { type Cli, version } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';
import { languageOption } from './doctor.ts';

interface ReportOptions extends MachineOptions {
  lang: Language;
  out?: string;
  code?: string;
}

const REPORT_MS = 120_000;

/** A report, as facts for `--json` and as the text for people. */
interface Told {
  facts: object;
  text: string;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('report')
    .description(words.help.report.about)
    .addOption(languageOption(words))
    .addOption(machineOption(words))
    .option('--out <file>', words.help.report.out)
    .option('--code <dir>', words.help.report.code)
    .action(async ({ lang, out, code, machine }: ReportOptions, command: Command) => {
      const cli = cliOf(command, io, { machine: machine ?? null });
      if (cli.machine !== null && code !== undefined) cli.refuseElsewhere();
      const { facts, text } = cli.machine === null ? await gathered(cli, lang, code) : await told(cli, lang);
      if (out !== undefined) write(resolve(out), text);
      cli.print.data(facts);
      if (out === undefined && !cli.json) cli.print.text(text);
      if (out !== undefined) cli.print.note(words.files.written(resolve(out)));
    });
};

async function gathered(cli: Cli, language: Language, code: string | undefined): Promise<Told> {
  const { gather, renderReport } = await import('@leadmaster/doctor/report');
  const codeDir = code === undefined ? null : resolve(code);
  const facts = await gather(cli.config, { language, version: version(), codeDir });
  return { facts, text: renderReport(facts, language) };
}

/** By the service of a machine behind the hub, which tells it as a text alone. */
async function told(cli: Cli, lang: Language): Promise<Told> {
  const answer = await cli.client().request('getReport', { query: { lang } }, { timeoutMs: REPORT_MS });
  const text = await answer.text();
  return { facts: { report: text }, text };
}

/** It names accounts and their phones: others need not read it. */
function write(file: string, text: string): void {
  try {
    replaceByPrivateFile(file, text);
  } catch (error) {
    throw new CliError(EXIT.failed, 'not_written', ({ files }) => files.notWritten(file, errorText(error)));
  }
}

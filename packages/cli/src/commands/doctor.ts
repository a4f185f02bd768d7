import { resolve } from 'node:path';
import type { Routes } from '@leadmaster/client';
import type { DoctorReport, DoctorWords, Language } from '@leadmaster/doctor';
import type { AnswerOf } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, wrappedAdvice } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';

/** A browser may be started to ask for WhatsApp Web. */
const LOOK_MS = 120_000;

export const register: Register = (parent, io, words) => {
  parent
    .command('doctor')
    .description(words.help.doctor.about)
    .option('--fix', words.help.doctor.fix)
    .option('--no-network', words.help.doctor.noNetwork)
    .option('--code <dir>', words.help.doctor.code)
    .option('--key-copied [file]', words.help.doctor.keyCopied)
    .addOption(languageOption(words))
    .addOption(machineOption(words))
    .action(async (options: DoctorOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      const { countFound, DOCTOR_WORDS } = await import('@leadmaster/doctor');
      const report = cli.machine === null ? await examineHere(cli, options) : await examineThere(cli, options);
      cli.print.data(report);
      const said = DOCTOR_WORDS[options.lang];
      show(cli, said, report, Object.values(countFound(said.found, report.findings)));
      if (report.ok) return;
      // In the language that was asked for, which may be another than the terminal's.
      const { what, fix } = said.problems;
      throw new CliError(
        EXIT.failed,
        'problems_found',
        () => what,
        () => fix,
        { told: true },
      );
    });
};

/** The doctor's answer, as it comes of this process or over HTTP. */
type Report = DoctorReport | AnswerOf<Routes['getDoctor']>;

interface DoctorOptions extends MachineOptions {
  fix?: true;
  network: boolean;
  code?: string;
  keyCopied?: string | true;
  lang: Language;
}

async function examineHere(cli: Cli, { keyCopied, fix, network, code, lang }: DoctorOptions): Promise<DoctorReport> {
  const { examine, noteKeyCopy } = await import('@leadmaster/doctor');
  if (keyCopied !== undefined) {
    const copy = keyCopied === true ? null : resolve(keyCopied);
    const key = await noteKeyCopy(cli.config, copy);
    cli.print.note(cli.words.vault.keyNoted(key, copy));
  }
  return examine(cli.config, {
    fix: fix === true,
    // A demo's WhatsApp Web is played by its stand-in, which runs with it.
    network: network && !cli.isIdleDemo,
    codeDir: code === undefined ? null : resolve(code),
    language: lang,
  });
}

/** By the service of a machine behind the hub. */
async function examineThere(cli: Cli, { keyCopied, fix, network, code, lang }: DoctorOptions): Promise<Report> {
  // Both are about files of the machine that the command runs on.
  if (keyCopied !== undefined || code !== undefined) cli.refuseElsewhere();
  if (fix === true) return cli.client().operate('fixInstallation', { query: { lang } });
  return cli.client().call('getDoctor', { query: { lang, network } }, { timeoutMs: LOOK_MS });
}

/** The language of what is said, that of the terminal unless given; commands and names stay as they are. */
export function languageOption(words: Words): Option {
  return new Option('--lang <language>', words.help.doctor.lang).choices(['en', 'es']).default(words.language);
}

function show(cli: Cli, words: DoctorWords, { findings, fixed }: Report, counts: readonly string[]): void {
  for (const one of fixed) showFixed(cli, words, one);
  if (fixed.length > 0) cli.print.line();
  for (const finding of findings) showFinding(cli, words, finding);
  cli.print.line(`\n${counts.join(', ')}`);
}

function showFixed(cli: Cli, words: DoctorWords, { id, where, done, detail }: Report['fixed'][number]): void {
  const { green, red } = cli.print.paint;
  const [word, paint] = done ? [words.fixed, green] : [words.notFixed, red];
  const [first = '', ...rest] = linesOf(cli, `${id}: ${printable(where)}: ${printable(detail)}`, word.length + 1);
  cli.print.line(`${paint(word)} ${first}`);
  for (const line of rest) cli.print.line(`${' '.repeat(word.length + 1)}${line}`);
}

function showFinding(cli: Cli, words: DoctorWords, { id, severity, what, fix }: Report['findings'][number]): void {
  const { dim, green, yellow, red, cyan } = cli.print.paint;
  const paint = { ok: green, note: cyan, warning: yellow, problem: red }[severity];
  const width = Math.max(...Object.values(words.severity).map((word) => word.length));
  const indent = ' '.repeat(width + 2);
  const [first = '', ...rest] = linesOf(cli, `${id}: ${printable(what)}`, indent.length);
  const said = (text: string): string => (severity === 'ok' ? dim(text) : text);
  const start = `${paint(words.severity[severity].padEnd(width))} ${id}:`;
  cli.print.line(`${start}${said(first.slice(id.length + 1))}`);
  for (const line of rest) cli.print.line(`${indent}${said(line)}`);
  if (fix === '') return;
  for (const line of linesOf(cli, printable(fix), indent.length)) cli.print.line(`${indent}${dim(line)}`);
}

/** A text as lines that fit into a terminal behind an indent; one line where there is no terminal. */
function linesOf({ print }: Cli, text: string, indent: number): string[] {
  return print.columns === null ? [text] : wrappedAdvice(text, print.columns - indent);
}

import { type AuditHead, type AuditLine, type AuditReport, localTime } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { firstDifference, readAuditFile } from '../client/audit-file.ts';
import { filePath, refuseTaken, writeWhole } from '../client/exported-file.ts';
import { hubClient } from '../client/hub-client.ts';
import type { ServiceClient } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output/table.ts';
import { cliOf, type Register } from './command.ts';
import { limit, lineNumber, sessionName } from './values.ts';

const PAGE = 500;
/** The hub reads every line that it keeps. */
const VERIFY_MS = 600_000;

interface ListOptions {
  tenant?: string;
  session?: string;
  after?: number;
  limit: number;
}

type Filters = Pick<ListOptions, 'tenant' | 'session'> & { all?: boolean };

/** `audit`, `audit export|verify` */
export const register: Register = (parent, io, words) => {
  const { audit: help } = words.help;
  const noun = parent.command('audit').description(help.about);

  noun
    .command('list', { isDefault: true })
    .description(help.list.about)
    .option('--tenant <tenant>', help.list.tenant)
    .addOption(new Option('--session <name>', help.list.session).argParser(sessionName(words)))
    .addOption(new Option('--after <id>', help.list.after).argParser(lineNumber(words)))
    .addOption(new Option('--limit <count>', help.list.limit).default(100).argParser(limit(words)))
    .action(async (options: ListOptions, command: Command) => {
      const cli = cliOf(command, io);
      const items = await wanted(hubClient(cli), options);
      cli.print.data({ items });
      cli.print.line(items.length === 0 ? words.hub.noAudit : list(cli, items));
    });

  noun
    .command('export')
    .description(help.export.about)
    .argument('<file>', help.export.file)
    .option('--force', help.export.force)
    .action(async (file: string, { force = false }: { force?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      const path = filePath(file);
      await refuseTaken(path, force);
      const client = hubClient(cli);
      const written = { lines: 0, head: await client.call('getAuditHead') };
      await writeWhole(path, exported(client, written));
      cli.print.data({ file: path, ...written });
      cli.print.line(words.hub.auditExported(path, written.lines, written.head.line));
      cli.print.note(words.hub.auditKeep);
    });

  noun
    .command('verify')
    .description(help.verify.about)
    .argument('[file]', help.verify.file)
    .action(async (file: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      const given = file === undefined ? null : await readAuditFile(filePath(file));
      const query = given === null ? {} : { head: `${given.head.line}:${given.head.mac}` };
      const client = hubClient(cli);
      const found = await client.call('verifyAudit', { query }, { timeoutMs: VERIFY_MS });
      // What the hub no longer has as it was is told already: a file is compared with lines that are proven.
      const differs =
        given === null || !found.ok ? null : await firstDifference(given, pages(client, 0, { all: true }));
      const ok = found.ok && differs === null;
      cli.print.data({ ...found, ok, differs });
      tell(cli, found);
      if (differs !== null) cli.print.line(words.hub.auditDiffers(differs));
      if (!ok) io.exitCode = EXIT.failed;
    });
};

/** Those after a line, or the last ones. */
async function wanted(client: ServiceClient, { after, limit: most, ...filters }: ListOptions): Promise<AuditLine[]> {
  const isFiltered = filters.tenant !== undefined || filters.session !== undefined;
  // A change is written twice, and a page leaves the first line out.
  const from = after ?? (isFiltered ? 0 : Math.max(0, (await client.call('getAuditHead')).line - 2 * most));
  let kept: AuditLine[] = [];
  for await (const items of pages(client, from, filters)) {
    kept = after === undefined ? [...kept, ...items].slice(-most) : [...kept, ...items].slice(0, most);
    if (after !== undefined && kept.length === most) break;
  }
  return kept;
}

/** The audit from a line on, as far as it goes. */
async function* pages(client: ServiceClient, from: number, filters: Filters): AsyncGenerator<AuditLine[]> {
  for (let after = from; ; ) {
    const { items, cursor } = await client.call('listAudit', { query: { ...filters, after, limit: PAGE } });
    if (items.length > 0) yield items;
    if (items.length < PAGE) return;
    after = cursor;
  }
}

/** Every line as one of JSON, and the head as the last one: who keeps the file can tell later whether the tail was cut. */
async function* exported(
  client: ServiceClient,
  written: { lines: number; head: AuditHead },
): AsyncGenerator<Uint8Array> {
  for await (const items of pages(client, 0, { all: true })) {
    written.lines += items.length;
    const { id, at, mac } = items.at(-1) as AuditLine;
    written.head = { line: id, at, mac };
    yield Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  }
  yield Buffer.from(`${JSON.stringify({ head: written.head })}\n`);
}

function tell({ print }: Cli, { ok, lines, head, given, problems }: AuditReport): void {
  const { hub } = print.words;
  if (ok) print.line(hub.auditWhole(lines, head.line));
  for (const { problem, line } of problems) print.line(hub.auditProblems[problem](line));
  if (given === 'kept') print.line(hub.auditKept);
  if (given === 'pruned') print.note(hub.auditPruned);
}

function list({ print }: Cli, items: readonly AuditLine[]): string {
  const rows = items.map(({ id, at, actor, action, target, from, result, detail }) => [
    String(id),
    localTime(at),
    actor,
    action,
    [target, ...Object.entries(detail).map(([field, value]) => `${field}=${JSON.stringify(value)}`)].join(' '),
    result,
    from ?? '-',
  ]);
  return table(print, print.words.hub.auditHead, rows, { lesser: [6, 0] });
}

import { join } from 'node:path';
import { type AnySession, isToRecover, localTime, type Session, shellWord, tenantOf } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { every } from '../client/every.ts';
import { of, type ServiceClient } from '../client/service-client.ts';
import type { Printer } from '../output/printer.ts';
import { table } from '../output/table.ts';
import { accountName, ago, bytes, printable, stateName } from '../output/words.ts';
import { failureIn, reasonIn, sessionHintIn } from '../words/told.ts';
import { ENGLISH, type Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

/** Columns that go first on a narrow terminal, memory before disk; `--json` has them there too. */
const LESSER = [5, 4];

/** How long a list of no sessions waits for what the vault holds. */
const VAULT_MS = 2000;
/** How many of those are named. */
const NAMED = 5;

export const register: Register = (parent, io, words) => {
  parent
    .command('sessions')
    .aliases(['status', 'list'])
    .description(words.help.sessions.about)
    .addArgument(new Argument('[name]', words.help.sessions.name).argParser(sessionName(words)))
    .action(async (name: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      const items = await find(cli.client(), name);
      cli.print.data(items.map((session) => ({ ...session, hint: hintHere(cli, ENGLISH, session).hint })));
      if (items.length > 0) cli.print.line(sessionTable(cli.print, items));
      else if (!cli.json) cli.print.line(`${words.sessions.none} ${await firstStep(words, cli.client())}`);
      tellSilent(cli, items);
      const { dim, red } = cli.print.paint;
      for (const session of items) {
        const { name, snapshotFailure, noTenant } = session;
        const restricted = restriction(words, session);
        const { hint, detail } = hintHere(cli, words, session);
        if (hint !== '') cli.print.note(`${dim(`${name}:`)} ${hint}`);
        if (detail !== '') cli.print.note(`${dim(`${name}: ${words.output.detail}`)} ${detail}`);
        if (noTenant) cli.print.note(`${dim(`${name}:`)} ${words.sessions.waits(name, tenantOf(name) ?? '')}`);
        if (restricted !== null) cli.print.note(`${dim(`${name}:`)} ${restricted}`);
        if (snapshotFailure === null) continue;
        const failure = failureIn(words, snapshotFailure);
        cli.print.note(`${dim(`${name}:`)} ${red(words.sessions.noSnapshot)}: ${printable(failure.says)}`);
        if (failure.detail !== '')
          cli.print.note(`${dim(`${name}: ${words.output.detail}`)} ${printable(failure.detail)}`);
      }
    });
};

/** Machines that do not answer their hub: what is told of their sessions is from before. */
function tellSilent({ print, words }: Cli, items: readonly AnySession[]): void {
  const silent = Map.groupBy(items.filter(isSilent), ({ machine }) => machine ?? null);
  for (const [machine, sessions] of silent) {
    const [{ silentSince }] = sessions as [AnySession];
    const names = sessions.map(({ name }) => name).join(', ');
    print.note(`${print.paint.red(words.sessions.isSilent(machine, localTime(silentSince ?? '')))} ${names}`);
    print.note(machine === null ? words.sessions.askOperator : words.sessions.lookThere(machine));
  }
}

function isSilent({ silentSince }: AnySession): boolean {
  return silentSince != null;
}

async function find(client: ServiceClient, name: string | undefined): Promise<AnySession[]> {
  if (name !== undefined) return [await client.call('getSession', of(name))];
  return await every((after) => client.call('listSessions', { query: after }));
}

/** The service's hint is for every machine; on this one the profile's folder is known. */
function hintHere(cli: Cli, words: Words, session: Session): { hint: string; detail: string } {
  if (session.state !== 'UNCLAIMED' || cli.isElsewhere) return sessionHintIn(words, session);
  const path = shellWord(join(cli.config.dataDir, 'tokens', session.name));
  return { hint: words.sessions.takeOver(`./leadmaster adopt ${path} --name ${session.name}`), detail: '' };
}

/** Where there is no session: how to bring back those that the vault holds, or to make the first. Takes two seconds at most. */
export async function firstStep({ sessions }: Words, client: ServiceClient): Promise<string> {
  const held = await missingHere(client);
  if (held.length === 0) return sessions.makeTheFirst;
  return sessions.vaultHolds(printable(held.slice(0, NAMED).join(', ')), held.length - NAMED);
}

/** What the vault holds and this machine has not; nothing where that is not known soon. */
async function missingHere(client: ServiceClient): Promise<string[]> {
  try {
    const { items } = await client.call('listRecoverable', {}, { timeoutMs: VAULT_MS });
    return items.filter(isToRecover).map(({ session }) => session);
  } catch (error) {
    // `recover` tells what is wrong with the vault; a list of sessions does not fail for it.
    if (error instanceof CliError) return [];
    throw error;
  }
}

/** All sessions. */
export function sessionTable(print: Printer, items: readonly AnySession[]): string {
  const rows = items.map((session) => [
    session.name,
    stateWords(print, session),
    ago(session.since),
    accountName(session),
    bytes(session.storage.bytes),
    bytes(session.runtime?.pssBytes),
    snapshotAge(print, session),
    reasonIn(print.words, session.reason),
  ]);
  return table(print, print.words.sessions.head, rows, { lesser: LESSER });
}

function stateWords(print: Printer, session: AnySession): string {
  const { needsYou, listens, noTenant, silent } = print.words.sessions;
  return [
    ...(isSilent(session) ? [print.paint.red(silent)] : []),
    stateName(print, session),
    ...(session.sending === 'off' ? [listens] : []),
    ...(session.noTenant ? [print.paint.red(noTenant)] : []),
    ...(session.attention === null ? [] : [print.paint.red(needsYou)]),
  ].join(', ');
}

/** What WhatsApp does not let the account do now; null = nothing. */
function restriction({ sessions }: Words, { limits }: Session): string | null {
  if (limits === null || limits.newChats.state === 'open') return null;
  const { state, until } = limits.newChats;
  return sessions.restricted(state, until === null ? null : localTime(until));
}

/** How old the newest snapshot is; in red when it is damaged, or the last attempt at one failed. */
function snapshotAge(print: Printer, { lastSnapshot, snapshotFailure }: Session): string {
  const age = ago(lastSnapshot?.at ?? null);
  const { output, sessions } = print.words;
  const wrong = [lastSnapshot?.damaged ? output.damaged : [], snapshotFailure === null ? [] : sessions.failing].flat();
  return wrong.length === 0 ? age : print.paint.red([age, ...wrong].join(', '));
}

import { localTime, type QrCode, type Session } from '@leadmaster/protocol';
import { replaceByPrivateFile } from '@leadmaster/service-kit/files';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { interruptible } from '../client/interrupt.ts';
import { of } from '../client/service-client.ts';
import { refuseTwin } from '../client/twin.ts';
import { ink } from '../output/ink.ts';
import { LiveView } from '../output/live-view.ts';
import { accountName, wrapped } from '../output/words.ts';
import { untilUnread } from '../output/written.ts';
import { drawQr } from '../qr/half-blocks.ts';
import { canGivePasskey, type LinkingStep, linking, unlessScanned } from '../qr/linking.ts';
import { drawSmallQr, mayHaveSextants } from '../qr/sextants.ts';
import { reasonIn, sessionHintIn } from '../words/told.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('qr')
    .description(words.help.qr.about)
    .addArgument(nameArgument(words))
    .option('--save <file.png>', words.help.qr.save)
    .action(async (name: string, { save }: { save?: string }, command: Command) => {
      const cli = cliOf(command, io);
      const show = cli.json ? records(cli) : cli.print.isTerminal ? live(cli) : plain(cli);
      let saved = '';
      await interruptible(io, async (interrupt) => {
        const signal = AbortSignal.any([interrupt, untilUnread(io)]);
        for await (const step of linking(cli.client(), name, { signal, beforeMaking: () => refuseTwin(cli, name) })) {
          show(step);
          if (save === undefined || step.qr === null || step.qr.qr === saved) continue;
          saved = step.qr.qr;
          await saveImage(cli, name, save);
        }
        interrupt.throwIfAborted();
      });
    });
};

type Show = (step: LinkingStep) => void;

/** What of a session is worth another line: its state, and what keeps it from WhatsApp Web. */
function news({ state, unreachable }: Session): string {
  return `${state} ${unreachable?.detail ?? ''}`;
}

/** With `--json`: one line for each change of state, each new cause of not reaching WhatsApp Web, and each QR. */
function records(cli: Cli): Show {
  let told = '';
  let shown = '';
  return ({ session, qr }) => {
    const { state, reason, hint, account, unreachable } = session;
    if (told !== news(session)) {
      told = news(session);
      cli.print.record({ type: 'state', session: session.name, state, reason, hint, account, unreachable });
    }
    if (qr !== null && qr.qr !== shown) {
      shown = qr.qr;
      cli.print.record({ type: 'qr', session: session.name, ...qr });
    }
  };
}

/** Into a file or pipe: each QR once. */
function plain(cli: Cli): Show {
  let told = '';
  let shown = '';
  return ({ session, qr }) => {
    if (qr !== null && qr.qr !== shown) {
      shown = qr.qr;
      const { lines } = drawQr(qr.qr, false);
      cli.print.line([cli.words.linking.qrOf(qr.attempt, session.name, localTime(qr.expiresAt)), ...lines].join('\n'));
    } else if (told !== news(session) && saysMore(session)) cli.print.line(stateLine(cli, session));
    told = news(session);
  };
}

/** On a terminal: drawn again in its place, with what is left of its time. */
function live(cli: Cli): Show {
  const view = new LiveView(cli.io.stdout);
  const { dim } = cli.print.paint;
  return ({ session, qr }) => {
    if (qr === null)
      view.draw(
        saysMore(session)
          ? wrapped(stateLine(cli, session), (cli.io.stdout.columns ?? 80) - 1)
          : [dim(cli.words.linking.waitingForQr)],
      );
    else view.draw(qrBlock(cli, view, session.name, qr));
  };
}

/** The QR in the largest form that the terminal shows whole, or what to do where none is. */
function qrBlock(cli: Cli, view: LiveView, name: string, qr: QrCode): string[] {
  const { bold, dim, isColorSupported } = cli.print.paint;
  const { linking } = cli.words;
  const title = `${bold(name)}: ${timeLeft(cli.words, qr)}`;
  const large = drawQr(qr.qr, isColorSupported);
  if (view.fits(large.width, large.lines.length + 2)) return [...large.lines.map(ink.own), title, dim(linking.steps)];
  const small = drawSmallQr(qr.qr, isColorSupported);
  const hasSmall = mayHaveSextants(cli.io.env);
  if (hasSmall && view.fits(small.width, small.lines.length + 2))
    return [...small.lines.map(ink.own), title, dim(linking.smallSteps)];
  const { lines, width } = hasSmall ? small : large;
  return linking.tooSmall(name, width, lines.length + 3);
}

/** A session that waits for a QR has nothing to say, unless it cannot get one. */
function saysMore({ state, unreachable }: Session): boolean {
  return state !== 'QR_REQUIRED' || unreachable !== null;
}

function stateLine(cli: Cli, session: Session): string {
  const { green, yellow, bold } = cli.print.paint;
  const { words } = cli;
  const { linking } = words;
  if (session.state === 'READY')
    return `${green('READY')} ${linking.linkedAs(bold(session.name), accountName(session))}`;
  if (session.state === 'AUTHENTICATED') return `${yellow(linking.scanned)} ${linking.loadingChats(session.name)}`;
  if (canGivePasskey(session)) return `${yellow(linking.asksPasskey)} ${linking.givePasskey(session.name)}`;
  const why = session.unreachable === null ? reasonIn(words, session.reason) : sessionHintIn(words, session).hint;
  return `${yellow(session.state)} ${session.name}: ${why}`;
}

function timeLeft({ linking }: Words, { attempt, expiresAt }: QrCode): string {
  const left = Math.max(0, Math.ceil((Date.parse(expiresAt) - Date.now()) / 1000));
  return linking.timeLeft(attempt, left);
}

async function saveImage(cli: Cli, name: string, file: string): Promise<void> {
  const asked = cli.client().request('getQr', { ...of(name), headers: { accept: 'image/png' } });
  const image = await unlessScanned(asked);
  if (image === null) return;
  // Anyone who sees the QR can link the account: it is for its owner alone.
  replaceByPrivateFile(file, Buffer.from(await image.arrayBuffer()));
}

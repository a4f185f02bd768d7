import { writeFileSync } from 'node:fs';
import type { QrCode, Session } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { interruptible } from '../client/interrupt.ts';
import { of } from '../client/service-client.ts';
import { ink } from '../output/ink.ts';
import { LiveView } from '../output/live-view.ts';
import { accountName, localTime, wrapped } from '../output/words.ts';
import { untilUnread } from '../output/written.ts';
import { drawQr } from '../qr/half-blocks.ts';
import { canGivePasskey, type LinkingStep, linking, unlessScanned } from '../qr/linking.ts';
import { drawSmallQr, mayHaveSextants } from '../qr/sextants.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('qr')
    .description(words.help.qr.about)
    .addArgument(nameArgument())
    .option('--save <file.png>', words.help.qr.save)
    .action(async (name: string, { save }: { save?: string }, command: Command) => {
      const cli = cliOf(command, io);
      const show = cli.json ? records(cli) : cli.print.isTerminal ? live(cli) : plain(cli);
      let saved = '';
      await interruptible(io, async (interrupt) => {
        const signal = AbortSignal.any([interrupt, untilUnread(io)]);
        for await (const step of linking(cli.client(), name, { signal })) {
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
      cli.print.line(
        [`QR ${qr.attempt} of ${session.name}, valid until ${localTime(qr.expiresAt)}:`, ...lines].join('\n'),
      );
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
          : [dim('Waiting for a QR ...')],
      );
    else view.draw(qrBlock(cli, view, session.name, qr));
  };
}

/** The QR in the largest form that the terminal shows whole, or what to do where none is. */
function qrBlock(cli: Cli, view: LiveView, name: string, qr: QrCode): string[] {
  const { bold, dim, isColorSupported } = cli.print.paint;
  const title = `${bold(name)}: ${timeLeft(qr)}`;
  const large = drawQr(qr.qr, isColorSupported);
  if (view.fits(large.width, large.lines.length + 2)) return [...large.lines.map(ink.own), title, dim(STEPS)];
  const small = drawSmallQr(qr.qr, isColorSupported);
  const hasSmall = mayHaveSextants(cli.io.env);
  if (hasSmall && view.fits(small.width, small.lines.length + 2))
    return [...small.lines.map(ink.own), title, dim(SMALL_STEPS)];
  const { lines, width } = hasSmall ? small : large;
  return tooSmall(name, width, lines.length + 3);
}

/** Not wider than the smallest terminals: a line that wraps spoils the drawing. */
const STEPS = 'On the phone: WhatsApp > Linked devices > Link a device';
const SMALL_STEPS = 'WhatsApp > Linked devices > Link a device. Unreadable? --save FILE.png, or pair';

/** A session that waits for a QR has nothing to say, unless it cannot get one. */
function saysMore({ state, unreachable }: Session): boolean {
  return state !== 'QR_REQUIRED' || unreachable !== null;
}

function stateLine(cli: Cli, session: Session): string {
  const { green, yellow, bold } = cli.print.paint;
  if (session.state === 'READY') return `${green('READY')} ${bold(session.name)} is linked as ${accountName(session)}.`;
  if (session.state === 'AUTHENTICATED') return `${yellow('Scanned.')} ${session.name} is loading its chats ...`;
  if (canGivePasskey(session))
    return `${yellow('WhatsApp asks for a passkey.')} Press Continue in the window of the browser and give it. ${session.name} goes on by itself.`;
  const why = session.unreachable === null ? session.reason : session.hint;
  return `${yellow(session.state)} ${session.name}: ${why}`;
}

function timeLeft({ attempt, expiresAt }: QrCode): string {
  const left = Math.max(0, Math.ceil((Date.parse(expiresAt) - Date.now()) / 1000));
  return `QR ${attempt}, ${left} s left`;
}

function tooSmall(name: string, columns: number, rows: number): string[] {
  return [
    `The QR needs ${columns} columns and ${rows} lines: make the terminal larger,`,
    `or ./leadmaster qr ${name} --save qr.png`,
    `or, with a code instead, ./leadmaster pair ${name} PHONE`,
  ];
}

async function saveImage(cli: Cli, name: string, file: string): Promise<void> {
  const asked = cli.client().request('getQr', { ...of(name), headers: { accept: 'image/png' } });
  const image = await unlessScanned(asked);
  if (image === null) return;
  // Whoever sees the QR can link the account: for its owner's eyes only.
  writeFileSync(file, Buffer.from(await image.arrayBuffer()), { mode: 0o600 });
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AcceptedMessage,
  type Message,
  normalRecipient,
  RECIPIENT_RULE,
  sendMessage,
  shellWord,
} from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { asCliError, CliError } from '../cli-error.ts';
import { interruptible } from '../client/interrupt.ts';
import { of, type ServiceClient } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, seconds } from './values.ts';

/** States in which WhatsApp's server has the message. */
const ACKNOWLEDGED = ['SENT', 'DELIVERED', 'READ', 'PLAYED'];
const OVER = [...ACKNOWLEDGED, 'FAILED', 'EXPIRED', 'UNCERTAIN'];
const POLL_MS = 300;
const REPLAYED =
  'The order was given before under this idempotency key: this is what became of it, and nothing was sent now.';

export const register: Register = (parent, io, words) => {
  parent
    .command('send')
    .description(words.help.send.about)
    .addArgument(nameArgument())
    .argument('<to>', RECIPIENT_RULE, recipient)
    .argument('<text>', words.help.send.text)
    .option('--no-wait', words.help.send.noWait)
    .addOption(new Option('--timeout <seconds>', words.help.send.timeout).default(60).argParser(seconds))
    .option('--idempotency-key <key>', words.help.send.idempotencyKey, idempotencyKey)
    .action(async (name: string, to: string, text: string, options: SendOptions, command: Command) => {
      const cli = cliOf(command, io);
      refuseBadText(text);
      const client = cli.client();
      const sending = { name, to, text, key: options.idempotencyKey ?? crypto.randomUUID() };
      const { message, replayed } = await interruptible(io, async (signal) => {
        const sent = await order(client, sending, signal);
        const message = options.wait ? await settled(client, sent, sending, options.timeout * 1000, signal) : sent;
        return { message, replayed: sent.replayed };
      });
      cli.print.data({ ...message, replayed, idempotencyKey: sending.key });
      cli.print.line(`${message.state} ${message.whatsappId ?? message.id}`);
      if (replayed) cli.print.note(REPLAYED);
      if (options.wait) failUnlessAcknowledged(message, sending);
    });
};

interface SendOptions {
  wait: boolean;
  timeout: number;
  idempotencyKey?: string;
}

/** One message as it was given, and the key under which it is sent once. */
interface Sending {
  name: string;
  to: string;
  text: string;
  key: string;
}

async function order(client: ServiceClient, sending: Sending, signal: AbortSignal): Promise<AcceptedMessage> {
  const { name, to, text, key } = sending;
  const wanted = { ...of(name), body: { to, text }, headers: { 'idempotency-key': key } };
  try {
    return await client.call('sendMessage', wanted, { signal });
  } catch (error) {
    throw isUncertain(asCliError(error)) ? mayHaveGone(error, sending, null) : error;
  }
}

async function settled(
  client: ServiceClient,
  first: Message,
  sending: Sending,
  waitMs: number,
  signal: AbortSignal,
): Promise<Message> {
  const until = Date.now() + waitMs;
  const params = { session: first.session, message: first.id };
  let message = first;
  try {
    while (!OVER.includes(message.state) && Date.now() < until) {
      await sleep(POLL_MS, undefined, { signal });
      message = await client.call('getMessage', { params }, { signal });
    }
    return message;
  } catch (error) {
    throw mayHaveGone(signal.aborted ? signal.reason : error, sending, first.id);
  }
}

/** Whether the service may have taken the message although it did not say so. */
function isUncertain({ code, exitCode, problem }: CliError): boolean {
  if (exitCode === EXIT.interrupted || code === 'answer_lost') return true;
  return problem !== null && problem.status >= 500 && problem.code !== 'storage_failed';
}

function mayHaveGone(thrown: unknown, sending: Sending, messageId: string | null): CliError {
  const error = asCliError(thrown);
  const isInterrupted = error.exitCode === EXIT.interrupted;
  const why = isInterrupted ? 'Interrupted' : error.message.replace(/\.$/, '');
  const which = [...(messageId === null ? [] : [`message ${messageId}`]), `idempotency key ${sending.key}`].join(', ');
  return new CliError(
    isInterrupted ? EXIT.interrupted : EXIT.failed,
    isInterrupted ? error.code : 'answer_lost',
    `${why}. The message may have gone (${which}).`,
    askAgain(sending),
    { facts: { messageId, idempotencyKey: sending.key } },
  );
}

/** The same key sends nothing twice, so asking is the same command. */
function askAgain({ name, to, text, key }: Sending): string {
  const words = [name, to, text].map(shellWord).join(' ');
  return `Ask what came of it; it is not sent twice: ./leadmaster send ${shellWord(`--idempotency-key=${key}`)} -- ${words}`;
}

function failUnlessAcknowledged({ state, code, error, id }: Message, sending: Sending): void {
  if (ACKNOWLEDGED.includes(state)) return;
  if (state === 'FAILED')
    throw new CliError(EXIT.failed, code ?? 'failed', `Not sent: ${error ?? 'no reason given'}`, '', { told: true });
  const which = `message ${id}, idempotency key ${sending.key}`;
  const message = `WhatsApp has not acknowledged it (${state}). The message may still go (${which}).`;
  throw new CliError(EXIT.failed, 'not_acknowledged', message, askAgain(sending), { told: true });
}

function recipient(text: string): string {
  const normal = normalRecipient(text);
  if (normal === null) throw new InvalidArgumentError(`It must be ${RECIPIENT_RULE}.`);
  return normal;
}

/** Not by the argument's parser, which says again all of what was given. */
function refuseBadText(text: string): void {
  if (sendMessage.shape.text.safeParse(text).success) return;
  throw CliError.usage(text === '' ? 'The text is empty.' : 'The text is too long for one message.');
}

function idempotencyKey(text: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 255 printable ASCII characters.');
}

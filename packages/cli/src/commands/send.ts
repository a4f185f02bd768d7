import { setTimeout as sleep } from 'node:timers/promises';
import { type AcceptedMessage, type Message, normalRecipient, sendMessage, shellWord } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { asCliError, CliError } from '../cli-error.ts';
import { interruptible } from '../client/interrupt.ts';
import { of, type ServiceClient } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import type { Text, Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, seconds } from './values.ts';

/** States in which WhatsApp's server has the message. */
const ACKNOWLEDGED = ['SENT', 'DELIVERED', 'READ', 'PLAYED'];
const OVER = [...ACKNOWLEDGED, 'FAILED', 'EXPIRED', 'UNCERTAIN'];
const POLL_MS = 300;

export const register: Register = (parent, io, words) => {
  parent
    .command('send')
    .description(words.help.send.about)
    .addArgument(nameArgument(words))
    .argument('<to>', words.rules.recipientIs, recipient(words))
    .argument('<text>', words.help.send.text)
    .option('--no-wait', words.help.send.noWait)
    .addOption(new Option('--timeout <seconds>', words.help.send.timeout).default(60).argParser(seconds(words)))
    .option('--idempotency-key <key>', words.help.send.idempotencyKey, idempotencyKey(words))
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
      if (replayed) cli.print.note(words.messages.replayed);
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
  const text: Text = (words) => {
    const why = isInterrupted ? words.messages.interrupted : error.saidIn(words).replace(/\.$/, '');
    return words.messages.mayHaveGone(why, identified(words, messageId, sending));
  };
  return new CliError(
    isInterrupted ? EXIT.interrupted : EXIT.failed,
    isInterrupted ? error.code : 'answer_lost',
    text,
    askAgain(sending),
    { facts: { messageId, idempotencyKey: sending.key } },
  );
}

/** By what a message can be asked for. */
function identified({ messages }: Words, messageId: string | null, { key }: Sending): string {
  return [...(messageId === null ? [] : [messages.message(messageId)]), messages.key(key)].join(', ');
}

/** The same key sends nothing twice, so asking is the same command. */
function askAgain({ name, to, text, key }: Sending): Text {
  const given = [name, to, text].map(shellWord).join(' ');
  const command = `./leadmaster send ${shellWord(`--idempotency-key=${key}`)} -- ${given}`;
  return ({ messages }) => messages.askAgain(command);
}

function failUnlessAcknowledged({ state, code, error, id }: Message, sending: Sending): void {
  if (ACKNOWLEDGED.includes(state)) return;
  if (state === 'FAILED')
    throw new CliError(EXIT.failed, code ?? 'failed', (words) => words.messages.notSent(error), '', { told: true });
  const text: Text = (words) => words.messages.notAcknowledged(state, identified(words, id, sending));
  throw new CliError(EXIT.failed, 'not_acknowledged', text, askAgain(sending), { told: true });
}

function recipient({ rules }: Words): (text: string) => string {
  return (text) => {
    const normal = normalRecipient(text);
    if (normal === null) throw new InvalidArgumentError(rules.recipient);
    return normal;
  };
}

/** Not by the argument's parser, which says again all of what was given. */
function refuseBadText(text: string): void {
  if (sendMessage.shape.text.safeParse(text).success) return;
  throw CliError.usage(({ messages }) => (text === '' ? messages.empty : messages.tooLong));
}

function idempotencyKey({ rules }: Words): (text: string) => string {
  return (text) => {
    if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
    throw new InvalidArgumentError(rules.idempotencyKey);
  };
}

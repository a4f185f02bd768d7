import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, normalRecipient, RECIPIENT_RULE } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Client } from '../client/client.ts';
import { EXIT } from '../exit-codes.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, pathOf, seconds } from './values.ts';

/** States in which WhatsApp's server has the message. */
const ACKNOWLEDGED = ['SENT', 'DELIVERED', 'READ', 'PLAYED'];
const OVER = [...ACKNOWLEDGED, 'FAILED', 'EXPIRED', 'UNCERTAIN'];
const POLL_MS = 300;

export const register: Register = (parent, io) => {
  parent
    .command('send')
    .description("send a text, and wait until WhatsApp's server has it")
    .addArgument(nameArgument())
    .argument('<to>', RECIPIENT_RULE, recipient)
    .argument('<text>', 'the text')
    .option('--no-wait', 'do not wait for the acknowledgement')
    .addOption(new Option('--timeout <seconds>', 'how long to wait for it').default(60).argParser(seconds))
    .option('--idempotency-key <key>', 'sending again with the same key sends nothing twice')
    .action(async (name: string, to: string, text: string, options: SendOptions, command: Command) => {
      const cli = cliOf(command, io);
      const client = cli.client();
      const headers = { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() };
      const sent = await client.post<Message>(`${pathOf(name)}/messages`, { to, text }, { headers });
      const message = options.wait ? await settled(client, sent, options.timeout * 1000) : sent;
      cli.print.data(message);
      cli.print.line(`${message.state} ${message.whatsappId ?? message.id}`);
      if (!options.wait || ACKNOWLEDGED.includes(message.state)) return;
      if (message.state === 'FAILED')
        throw new CliError(
          EXIT.failed,
          message.code ?? 'failed',
          `Not sent: ${message.error ?? 'no reason given'}`,
          '',
          {
            told: true,
          },
        );
      const hint = `It may still go out; look at it with: GET ${pathOf(name)}/messages/${message.id}`;
      throw new CliError(
        EXIT.failed,
        'not_acknowledged',
        `WhatsApp has not acknowledged it (${message.state}).`,
        hint,
        { told: true },
      );
    });
};

interface SendOptions {
  wait: boolean;
  timeout: number;
  idempotencyKey?: string;
}

async function settled(client: Client, first: Message, waitMs: number): Promise<Message> {
  const until = Date.now() + waitMs;
  let message = first;
  while (!OVER.includes(message.state) && Date.now() < until) {
    await sleep(POLL_MS);
    message = await client.get<Message>(`${pathOf(first.session)}/messages/${encodeURIComponent(first.id)}`);
  }
  return message;
}

function recipient(text: string): string {
  const normal = normalRecipient(text);
  if (normal === null) throw new InvalidArgumentError(`It must be ${RECIPIENT_RULE}.`);
  return normal;
}

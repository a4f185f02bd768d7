import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type { Client } from 'whatsapp-web.js';
import { NotSent } from '../../../src/engine/engine.ts';
import type { MainDocuments } from '../../../src/engine/wwebjs/documents.ts';
import { WwebjsSender } from '../../../src/engine/wwebjs/messages.ts';
import { Tickets } from '../../../src/engine/wwebjs/tickets.ts';

const ID = 'true_7@lid_3EB0';

interface Faults {
  /** What the library does with a text, given the page's way of asking for its ticket. */
  send: (ask: () => Promise<void>) => Promise<unknown>;
  /** What the page's books say of a message. */
  books?: () => Promise<unknown>;
  /** How long the document has been there. */
  ageMs?: number;
}

/** A sender whose library and page fail in ways that the real ones cannot be brought to. */
function senderWith({ send, books = async () => null, ageMs = 60_000 }: Faults) {
  const tickets = new Tickets();
  const asIt = <T>(fake: object): T => fake as unknown as T;
  const client = asIt<Client>({
    sendMessage: (_chat: string, _text: string, options: { extra: { lmOutbox: string } }) =>
      send(() => tickets.ask(options.extra.lmOutbox, ID)),
  });
  const page = asIt<Page>({
    evaluate: async ({ name }: { name: string }) =>
      name === 'hasHelpers' ? true : name === 'documentAge' ? ageMs : books(),
  });
  const documents = asIt<MainDocuments>({ current: 1, isGone: () => false, next: async () => undefined });
  return new WwebjsSender(client, page, documents, tickets);
}

function text(sender: WwebjsSender, journal: (id: string) => Promise<void> = async () => undefined, ms = 2_000) {
  return sender.sendText({ to: '7@lid', text: 'hello', journal }, AbortSignal.timeout(ms));
}

test('takes a missing answer for what the page’s books say, once the id is on disk', async () => {
  const silent = async (ask: () => Promise<void>) => {
    await ask();
    return undefined;
  };
  await expect(text(senderWith({ send: silent, books: async () => 1 }))).resolves.toEqual({ whatsappId: ID, ack: 1 });
  const unknown = text(senderWith({ send: silent }));
  await expect(unknown).rejects.toThrow('did not say what became of the message');
  await expect(unknown).rejects.not.toBeInstanceOf(NotSent);
});

test('takes an error after the hand-over for an open fate, unless the books know it', async () => {
  const fails = async (ask: () => Promise<void>) => {
    await ask();
    throw new Error('t: t');
  };
  const open = text(senderWith({ send: fails, books: () => Promise.reject(new Error('the page is gone')) }));
  await expect(open).rejects.toThrow('t: t');
  await expect(open).rejects.not.toBeInstanceOf(NotSent);
  await expect(text(senderWith({ send: fails, books: async () => -1 }))).resolves.toEqual({ whatsappId: ID, ack: -1 });
});

test('proves that nothing left when its time is up before the page asked, and refuses the page from then on', async () => {
  const word = Promise.withResolvers<string>();
  const slow = (ask: () => Promise<void>) =>
    new Promise((resolve) => {
      setTimeout(() => {
        ask().then(
          () => word.resolve('continue'),
          (error: Error) => word.resolve(error.message),
        );
        resolve(undefined);
      }, 200);
    });
  await expect(text(senderWith({ send: slow }), undefined, 50)).rejects.toMatchObject({ code: 'not_handed_over' });
  expect(await word.promise).toContain('given up');
});

test('leaves the fate open when its time is up after the page was told to continue', async () => {
  const hangs = async (ask: () => Promise<void>) => {
    await ask();
    return new Promise(() => undefined);
  };
  const sending = text(senderWith({ send: hangs }), undefined, 100);
  await expect(sending).rejects.toThrow('did not say');
  await expect(sending).rejects.not.toBeInstanceOf(NotSent);
});

test('never calls a text unsent that went out unasked: its id is put on disk, and a disk that refuses leaves its fate open', async () => {
  const unasked = async () => ({ id: { fromMe: true, remote: '7@lid', id: '3EB0', $1: ID }, ack: 0 });
  const journalled: string[] = [];
  const journal = async (id: string) => void journalled.push(id);
  await expect(text(senderWith({ send: unasked }), journal)).resolves.toEqual({ whatsappId: ID, ack: 0 });
  expect(journalled).toEqual([ID]);
  const full = text(senderWith({ send: unasked }), () => Promise.reject(new Error('the disk is full')));
  await expect(full).rejects.toThrow('the disk is full');
  await expect(full).rejects.not.toBeInstanceOf(NotSent);
});

test('takes the library’s word that there is no such chat', async () => {
  const none = text(senderWith({ send: async () => null }));
  await expect(none).rejects.toMatchObject({ name: 'NotSent', code: 'recipient_unknown' });
});

test('waits for a module that a young page may still bring, and not for one that an old page does not have', async () => {
  const late = async (ageMs: number) => {
    const lacking = ['a', 'b'];
    const send = async (ask: () => Promise<void>) => {
      if (lacking.pop() !== undefined) throw new Error('Requiring unknown module "WAWebSendMsgChatAction"');
      await ask();
      return { id: { fromMe: true, remote: '7@lid', id: '3EB0', $1: ID }, ack: 0 };
    };
    return text(senderWith({ send, ageMs }));
  };
  await expect(late(5_000)).resolves.toEqual({ whatsappId: ID, ack: 0 });
  await expect(late(60_000)).rejects.toMatchObject({ code: 'not_handed_over' });
});

import { expect, test } from 'vitest';
import { Tickets } from '../../../src/engine/wwebjs/tickets.ts';

const ID = 'true_549@lid_3EB0';

function slowDisk() {
  const disk = Promise.withResolvers<void>();
  const asked: string[] = [];
  const journal = (whatsappId: string): Promise<void> => {
    asked.push(whatsappId);
    return disk.promise;
  };
  return { disk, asked, journal };
}

test('lets the page continue once the id is on disk, and not before', async () => {
  const { disk, asked, journal } = slowDisk();
  const tickets = new Tickets();
  const ticket = tickets.open(journal);
  const told = tickets.ask(ticket.key, ID);
  expect(asked).toEqual([ID]);
  expect(ticket.state).toBe('journalling');
  expect(ticket.whatsappId).toBeNull();
  disk.resolve();
  await told;
  expect(ticket.whatsappId).toBe(ID);
  expect(tickets.close(ticket)).toBe(false);
});

test('proves that nothing was handed over when it ends before the page asked; the page is refused from then on', async () => {
  const { asked, journal } = slowDisk();
  const tickets = new Tickets();
  const ticket = tickets.open(journal);
  expect(tickets.close(ticket)).toBe(true);
  await expect(tickets.ask(ticket.key, ID)).rejects.toThrow('given up');
  expect(asked).toEqual([]);
});

test('proves it as well when it ends while the disk writes: the page gets a no for its answer', async () => {
  const { disk, journal } = slowDisk();
  const tickets = new Tickets();
  const ticket = tickets.open(journal);
  const told = tickets.ask(ticket.key, ID);
  expect(tickets.close(ticket)).toBe(true);
  disk.resolve();
  await expect(told).rejects.toThrow('given up');
  expect(ticket.whatsappId).toBeNull();
  expect(tickets.close(ticket)).toBe(true);
});

test('says no to the page when the disk refuses, and keeps why', async () => {
  const tickets = new Tickets();
  const ticket = tickets.open(() => Promise.reject(new Error('the disk is full')));
  await expect(tickets.ask(ticket.key, ID)).rejects.toThrow('the disk is full');
  expect(ticket.refusal?.message).toBe('the disk is full');
  expect(tickets.close(ticket)).toBe(true);
});

test('is good for one message: who asks twice is refused the second time', async () => {
  const { disk, asked, journal } = slowDisk();
  const tickets = new Tickets();
  const ticket = tickets.open(journal);
  const first = tickets.ask(ticket.key, ID);
  await expect(tickets.ask(ticket.key, 'true_549@lid_3EB1')).rejects.toThrow();
  disk.resolve();
  await first;
  await expect(tickets.ask(ticket.key, 'true_549@lid_3EB2')).rejects.toThrow();
  expect(asked).toEqual([ID]);
  expect(ticket.whatsappId).toBe(ID);
});

test('keeps the tries of several chats apart', async () => {
  const tickets = new Tickets();
  const one = tickets.open(async () => undefined);
  const other = tickets.open(async () => undefined);
  await tickets.ask(other.key, 'true_2@lid_B');
  expect(tickets.close(one)).toBe(true);
  expect(tickets.close(other)).toBe(false);
  expect(other.whatsappId).toBe('true_2@lid_B');
  await expect(tickets.ask('no ticket of ours', ID)).rejects.toThrow();
});

import { afterEach, expect, test } from 'vitest';
import { Bench, type Message, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const BETO = '5491100000002';
const BETO_CHAT = `${BETO}@c.us`;
/** The page that the library was made for: today's takes its ids away. */
const APRIL = { page: { date: 'april' } } as const;

test('a text goes out with its three ticks, and one comes in', async () => {
  const world = await bench.world(APRIL);
  const session = await bench.link(world, ANA, await bench.profile());
  const sent = await session.client.sendMessage(BETO_CHAT, 'hola');
  expect(sent.ack).toBe(0);
  const acks = () => session.events.filter((event) => event.name === 'message_ack').map((event) => event.args[1]);
  await until(() => acks().includes(3), 'the third tick');
  expect(acks()).toEqual([1, 2, 3]);
  expect(world.phone(BETO).inbox).toMatchObject([{ id: sent.id.id, body: 'hola', from: ANA }]);

  await world.phone(BETO).send(ANA, 'buenas');
  const got = await session.event<Message>('message');
  expect(got).toMatchObject({ body: 'buenas', from: BETO_CHAT, fromMe: false });
  const [chat] = await session.client.getChats();
  expect(chat).toMatchObject({ unreadCount: 1, name: 'Person 0002' });
  expect((await chat?.fetchMessages({ limit: 10 }))?.map((message) => message.body)).toEqual(['hola', 'buenas']);
  await chat?.sendSeen();
  await until(() => world.phone(BETO).sent[0]?.ack === 3, 'the chat to be seen');
  expect(await session.client.isRegisteredUser(BETO_CHAT)).toBe(true);
  await world.faults.set({ unregistered: ['5491100000009'] });
  expect(await session.client.isRegisteredUser('5491100000009@c.us')).toBe(false);
  expect((await session.client.getContacts()).map((contact) => contact.number)).toContain(BETO);
});

test('what arrives while the device is off comes once, as history, without an event', async () => {
  const world = await bench.world(APRIL);
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  await world.phone(BETO).send(ANA, 'live');
  await session.event('message');
  await until(() => world.phone(ANA).devices[0]?.queued === 0, 'the word that it has arrived');
  await session.stop();
  await world.waitFor('disconnected');
  for (let i = 1; i <= 3; i++) await world.phone(BETO).send(ANA, `offline ${i}`);
  expect(world.phone(ANA).devices[0]?.queued).toBe(3);

  for (let start = 1; start <= 2; start++) {
    const back = bench.start(world, profile);
    await back.ready();
    const chat = await back.client.getChatById(BETO_CHAT);
    const bodies = (await chat.fetchMessages({ limit: 50 })).map((message) => message.body);
    expect(bodies).toEqual(['live', 'offline 1', 'offline 2', 'offline 3']);
    expect(back.count('message')).toBe(0);
    expect(world.phone(ANA).devices[0]?.queued).toBe(0);
    await back.stop();
  }
  const delivered = world.observed.filter((entry) => entry.type === 'delivered');
  expect(new Set(delivered.map((entry) => entry.detail.id)).size).toBe(delivered.length);
});

test('a message sent while the line is down has no tick, and goes out once when it is back', async () => {
  const world = await bench.world(APRIL);
  const session = await bench.link(world, ANA, await bench.profile());
  await world.faults.set({ outage: 'refused' });
  await session.waitForState('OPENING');
  const sent = await session.client.sendMessage(BETO_CHAT, 'into the void');
  expect(sent.ack).toBe(0);
  await session.event('change_state', (state) => state === 'OPENING');
  expect(world.phone(BETO).inbox).toEqual([]);
  await world.faults.clear();
  await session.event('message_ack');
  expect(world.phone(BETO).inbox.map((message) => message.body)).toEqual(['into the void']);
  const states = session.events.filter((event) => event.name === 'change_state').map((event) => event.args[0]);
  expect(states).toEqual(['OPENING', 'CONNECTED']);
  expect(session.count('disconnected')).toBe(0);
  expect(world.observed.some((entry) => entry.type === 'duplicate_message')).toBe(false);
});

test('a message with an id chosen before is delivered once, and its second sending is noticed', async () => {
  const world = await bench.world(APRIL);
  const session = await bench.link(world, ANA, await bench.profile());
  await session.page(`window.require('WAWebMsgKey').newId = async () => '3EB0CHOSENBEFORE'`);
  const sent = await session.client.sendMessage(BETO_CHAT, 'once');
  expect(sent.id.id).toBe('3EB0CHOSENBEFORE');
  await world.waitFor('message');
  await session.client.sendMessage(BETO_CHAT, 'once');
  await world.waitFor('duplicate_message', (entry) => entry.detail.id === '3EB0CHOSENBEFORE');
  expect(world.phone(BETO).inbox).toHaveLength(1);
});

test('without acknowledgements a message stays without tick, and is not lost', async () => {
  const world = await bench.world(APRIL);
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  await world.faults.set({ messageAcks: 'none' });
  const sent = await session.client.sendMessage(BETO_CHAT, 'silence');
  await world.waitFor('message');
  expect((await sent.reload()).ack).toBe(0);
  await session.stop();
  await world.faults.clear();
  const back = bench.start(world, profile);
  await back.ready();
  await world.waitFor('retransmitted');
  await until(async () => (await back.client.getMessageById(sent.id._serialized)).ack > 0, 'a tick');
  expect(world.phone(BETO).inbox).toHaveLength(1);
});

test('two linked accounts talk to each other', async () => {
  const world = await bench.world(APRIL);
  const ana = await bench.link(world, ANA, await bench.profile());
  const beto = await bench.link(world, BETO, await bench.profile());
  await ana.client.sendMessage(BETO_CHAT, 'ping');
  expect(await beto.event<Message>('message')).toMatchObject({ body: 'ping', from: `${ANA}@c.us` });
  await world.phone(ANA).send(BETO, 'from the phone itself');
  const own = await ana.event<Message>('message_create', (message) => message.body.startsWith('from'));
  expect(own.fromMe).toBe(true);
  await beto.event<Message>('message', (message) => message.body.startsWith('from'));
});

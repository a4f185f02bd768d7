import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { OnePageTransport } from '../../../src/engine/drill/one-page-transport.ts';

function talk(): { browser: PassThrough; toBrowser: PassThrough; heard: string[]; transport: OnePageTransport } {
  const [toBrowser, browser] = [new PassThrough(), new PassThrough()];
  const transport = new OnePageTransport(toBrowser, browser);
  const heard: string[] = [];
  transport.onmessage = (message) => heard.push(message);
  return { browser, toBrowser, heard, transport };
}

function attached(type: string, sessionId: string, options: { waits?: boolean; parent?: string } = {}): string {
  const params = { sessionId, targetInfo: { type, url: '' }, waitingForDebugger: options.waits ?? false };
  return JSON.stringify({ method: 'Target.attachedToTarget', params, sessionId: options.parent });
}

async function hear(messages: readonly string[]): Promise<string[]> {
  const { browser, heard } = talk();
  const all = Buffer.from(messages.map((message) => `${message}\0`).join(''));
  // A byte at a time: characters and messages come in pieces.
  for (const byte of all) browser.write(Buffer.from([byte]));
  await new Promise((resolve) => setImmediate(resolve));
  return heard;
}

test('messages come whole, however the pipe cuts them', async () => {
  const messages = ['{"id":1,"result":{"text":"¿qué tal? 👍"}}', '{}', '{"id":2}'];
  expect(await hear(messages)).toEqual(messages);
  const { browser, heard } = talk();
  browser.write('{"id":1}\0{"id":2}\0{"i');
  browser.write('d":3}\0');
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(['{"id":1}', '{"id":2}', '{"id":3}']);
});

test('what is sent ends with a zero byte', () => {
  const { transport, toBrowser } = talk();
  transport.send('{"id":1}');
  expect(toBrowser.read().toString()).toBe('{"id":1}\0');
});

test('the first tab and its page may run, also when they wait for it', async () => {
  const ours = [attached('tab', 't1', { waits: true }), attached('page', 'p1', { waits: true, parent: 't1' })];
  expect(await hear(ours)).toEqual(ours);
});

test('other paused targets are never reported', async () => {
  const tab = attached('tab', 't1');
  const others = [
    attached('service_worker', 's1', { waits: true }),
    attached('shared_worker', 's2', { waits: true }),
    attached('tab', 't2', { waits: true }),
    attached('page', 'p2', { waits: true, parent: 't2' }),
    attached('iframe', 'f1', { waits: true, parent: 'p1' }),
    attached('worker', 'w1', { waits: true, parent: 'p1' }),
  ];
  expect(await hear([tab, ...others])).toEqual([tab]);
});

test('what runs already, and a page that merely speaks of such news, are heard', async () => {
  const messages = [
    attached('tab', 't1'),
    attached('service_worker', 's1'),
    attached('page', 'p1'),
    '{"id":7,"result":{"value":"Target.attachedToTarget"}}',
  ];
  expect(await hear(messages)).toEqual(messages);
});

test('a pipe that breaks closes the conversation once, and sending into it does no harm', async () => {
  const { browser, transport, toBrowser } = talk();
  let closed = 0;
  transport.onclose = () => {
    closed += 1;
  };
  toBrowser.destroy();
  browser.destroy(new Error('the browser died'));
  await new Promise((resolve) => setImmediate(resolve));
  transport.send('{"id":1}');
  transport.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(1);
});

import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestManager } from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';

/** What a machine may fill with any text, by its key in an answer. Names, and the times and states of sessions, have forms that a hub holds it to. */
const FREE: ReadonlySet<string> = new Set([
  ...['reason', 'hint', 'detail', 'message', 'text', 'path', 'title', 'file', 'caption', 'error', 'note', 'phase'],
  ...['browser', 'browserVersion', 'webVersion', 'build', 'chromium', 'engine', 'expectedPhone', 'verdict', 'host'],
  ...['object', 'qr', 'code'],
]);
/** Of this session it tells times that are none, where the hub hands its answers on as they come. */
const TIMELESS = '/v1/sessions/timeless/';

/** A machine whose every free text is the one that is given; answers its port. It stands in front of one that works. */
export async function hostileMachine({ port }: TestManager, text: string): Promise<number> {
  const server = createServer((request, response) => {
    const { method, url: path = '', headers } = request;
    // Its long calls come to no end.
    if (/\/operations\/.*[?&]wait=/.test(path)) return;
    const free = path.startsWith(TIMELESS) ? new Set([...FREE, 'at', 'frozenAt', 'measuredAt']) : FREE;
    const onwards = httpRequest({ host: '127.0.0.1', port, path, method, headers }, async (answer) => {
      const { statusCode = 502, headers: told } = answer;
      const body = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)).toString('utf8');
      const isJson = /json/.test(told['content-type'] ?? '') && body !== '';
      const said = isJson ? JSON.stringify(filled(JSON.parse(body), { text, free })) : body;
      response.writeHead(statusCode, { ...told, 'content-length': Buffer.byteLength(said) }).end(said);
    });
    onwards.on('error', () => response.destroy());
    request.pipe(onwards);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

interface Filling {
  text: string;
  free: ReadonlySet<string>;
}

/** An empty hint stays empty: it says that there is nothing to do. A session `error` tells a word that every object has. */
function filled(value: unknown, filling: Filling, key = ''): unknown {
  const { text, free } = filling;
  if (typeof value === 'string') return free.has(key) && value !== '' ? text : value;
  if (Array.isArray(value)) return value.map((each) => filled(each, filling));
  if (typeof value !== 'object' || value === null) return value;
  const own = { free, text: 'name' in value && value.name === 'error' ? 'constructor' : text };
  const parts = Object.entries(value).map(([name, part]) => [name, filled(part, own, name)]);
  return { ...Object.fromEntries(parts), ...toldFreely(value, text) };
}

/** What is a name or a state elsewhere: how a contact calls itself, and long work that goes on and on. */
function toldFreely(value: object, text: string): object {
  if ('lid' in value && 'phone' in value) return { name: text };
  if ('progress' in value && 'revision' in value)
    return { state: 'running', result: null, progress: { phase: text, done: 1, total: 2 } };
  return {};
}

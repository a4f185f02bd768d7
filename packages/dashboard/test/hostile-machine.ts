import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestManager } from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';

/** What a machine may fill with any text, by its key in an answer. Names, times and states have forms that a hub holds it to. */
const FREE: ReadonlySet<string> = new Set([
  ...['reason', 'hint', 'detail', 'message', 'text', 'path', 'title', 'file', 'caption', 'error', 'note', 'phase'],
  ...['browser', 'browserVersion', 'webVersion', 'build', 'chromium', 'engine', 'expectedPhone', 'verdict'],
]);

/** A machine whose every free text is the one that is given; answers its port. It stands in front of one that works. */
export async function hostileMachine({ port }: TestManager, text: string): Promise<number> {
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const onwards = httpRequest({ host: '127.0.0.1', port, path, method, headers }, async (answer) => {
      const { statusCode = 502, headers: told } = answer;
      const body = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)).toString('utf8');
      const isJson = /json/.test(told['content-type'] ?? '') && body !== '';
      const said = isJson ? JSON.stringify(filled('', JSON.parse(body), text)) : body;
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

/** An empty hint stays empty: it says that there is nothing to do. A session `error` tells a word that every object has. */
function filled(key: string, value: unknown, text: string): unknown {
  if (typeof value === 'string') return FREE.has(key) && value !== '' ? text : value;
  if (Array.isArray(value)) return value.map((each) => filled('', each, text));
  if (typeof value !== 'object' || value === null) return value;
  const own = 'name' in value && value.name === 'error' ? 'constructor' : text;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(name, part, own)]));
}

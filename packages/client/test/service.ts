import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeServices } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { createHttpServer } from '../../session-manager/src/http/server.ts';
import { Client } from '../src/index.ts';

export const KEY = 'admin-key-of-the-tests';

/** The real HTTP server over sessions in memory, and a client with its key. */
export async function manager() {
  const services = fakeServices('/nowhere/leadmaster-data');
  const app = await createHttpServer({
    ...services,
    config: { dataDir: '/nowhere/leadmaster-data', compat: 'key' },
    keys: { adminKey: KEY, serviceToken: 'service-token-of-the-tests' },
    log: pino({ level: 'silent' }),
    metrics: new Registry(),
    ready: () => true,
    version: '0.1.0',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { ...services, app, client: clientOf(port) };
}

/** A client of a server that answers as the test says. */
export async function answering(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Client> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response, request));
  });
  return clientOf(await listening(server));
}

/** The port on which a server answers until the test ends. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export function clientOf(port: number): Client {
  return new Client({ url: `http://127.0.0.1:${port}`, key: () => KEY });
}

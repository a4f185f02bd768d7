import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ADMIN_KEY, serve } from '../../session-manager/test/http/serve.ts';
import { Client } from '../src/index.ts';

/** A session manager, and a client with its key. */
export async function manager() {
  const service = await serve();
  return { ...service, client: clientOf(service.port) };
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
  return new Client({ url: `http://127.0.0.1:${port}`, key: () => ADMIN_KEY });
}

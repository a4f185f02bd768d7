import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const PEER = fileURLToPath(new URL('../../src/transfer/http-peer.ts', import.meta.url));

test('a transfer to this machine goes past the proxy of the environment', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const code = `import { HttpPeer } from ${JSON.stringify(PEER)};
    const peer = new HttpPeer('http://127.0.0.1:${port}', 'k');
    await peer.look('tr_1', AbortSignal.timeout(10_000)).catch(() => undefined);
    process.exit(0);`;
  const env = { PATH: process.env.PATH, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9' };
  await new Promise((resolve) =>
    execFile(process.execPath, ['--input-type=module', '-e', code], { env, timeout: 20_000 }, resolve),
  );
  expect(seen).toEqual(['/v1/transfers/tr_1']);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@leadmaster/testkit/free-port';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyNoNamespaces } from '../../prove/transfer/networks/namespace.ts';
import { type Label, TwoNetworks } from '../../prove/transfer/networks/two-networks.ts';

/** Answers with what it reads at an address, or with its own name at the root. */
const SERVICE = `
  const { createServer } = require('node:http');
  createServer(async (request, response) => {
    const url = decodeURIComponent(request.url.slice(1));
    const text = url === '' ? process.env.LABEL : await fetch(url).then((reply) => reply.text(), () => 'nobody');
    response.end(text);
  }).listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('here'));
`;

/** Two networks with a service in each, and something on this machine that both have. */
async function twoServices() {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-networks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const shared = createServer((_request, response) => response.end('shared')).listen(0, '127.0.0.1');
  await once(shared, 'listening');
  onTestFinished(() => {
    shared.close();
    shared.closeAllConnections();
  });
  const ports = { A: await freePort(), B: await freePort(), shared: (shared.address() as AddressInfo).port };
  const networks = await TwoNetworks.open({ folder, ports, shared: ports.shared });
  onTestFinished(() => networks[Symbol.asyncDispose]());
  const start = async (label: Label) => {
    const env = { ...process.env, ...networks.settings(label), LABEL: label, PORT: String(ports[label]) };
    const child = spawn(process.execPath, ['-e', SERVICE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await once(child.stdout, 'data');
    return child.pid;
  };
  /** What one of them reads at an address. */
  const read = async (label: Label, url: string) =>
    (await fetch(`http://127.0.0.1:${ports[label]}/${encodeURIComponent(url)}`)).text();
  return { networks, ports, read, pids: [await start('A'), await start('B')] };
}

const why = whyNoNamespaces();

describe.skipIf(why !== null)(`two networks of a proof${why === null ? '' : ` (${why})`}`, () => {
  test('are apart, and one line leads from one to the other, by TLS', async () => {
    const { networks, read, pids } = await twoServices();
    const ids = await Promise.all(['self', ...pids].map((pid) => readlink(`/proc/${pid}/ns/net`)));
    expect(new Set(ids).size).toBe(3);
    expect([await read('A', ''), await read('B', '')]).toEqual(['A', 'B']);
    expect([await read('A', networks.url('B')), await read('B', networks.url('A'))]).toEqual(['B', 'A']);
    expect(await read('A', networks.url('B').replace('https:', 'http:'))).toBe('nobody');
  });

  test('have on their loopback what is theirs and what is shared, and nothing else of this machine', async () => {
    const { ports, read } = await twoServices();
    const local = (port: number): string => `http://127.0.0.1:${port}`;
    expect([await read('A', local(ports.shared)), await read('B', local(ports.shared))]).toEqual(['shared', 'shared']);
    expect([await read('A', local(ports.B)), await read('B', local(ports.A))]).toEqual(['nobody', 'nobody']);
  });
});

import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@leadmaster/testkit/free-port';
import { expect, onTestFinished, test } from 'vitest';
import { runSessionManager } from '../src/main.ts';

const run = promisify(execFile);

/** Starts a service on an empty data folder at that address. */
async function startAt(host: string, port: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-listening-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const env = { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: String(port), LOG_LEVEL: 'fatal' };
  return runSessionManager({ env: { ...env, LEADMASTER_HOST: host } });
}

/** Whether this machine can listen there at all. */
function canListen(host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });
}

const health = (url: string): Promise<number> => fetch(`${url}/health`).then(({ status }) => status);

test('localhost is every loopback of that name, ::1 and :: are what they say', async () => {
  const port = await freePort();
  const every = await startAt('localhost', port);
  onTestFinished(() => every.shutdown('done'));
  for (const { address, family } of await lookup('localhost', { all: true }))
    expect(await health(`http://${family === 6 ? `[${address}]` : address}:${port}`)).toBe(200);
  if (!(await canListen('::1'))) return;
  for (const host of ['::1', '::']) {
    const other = await startAt(host, await freePort());
    onTestFinished(() => other.shutdown('done'));
    expect(new URL(other.url).hostname).toBe('[::1]');
    expect(await health(other.url)).toBe(200);
  }
});

const WITHOUT_IPV6 = 'ip link set lo up && sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && exec "$@"';

/** Runs a program in a network of its own that has a loopback and no IPv6. Null where that is not permitted. */
async function withoutIpv6(...command: string[]): Promise<string[] | null> {
  const inside = (...args: string[]) => run('unshare', ['--net', 'sh', '-c', WITHOUT_IPV6, 'sh', ...args]);
  if ((await inside('true').catch(() => null)) === null) return null;
  return (await inside(process.execPath, ...command)).stdout.trim().split('\n');
}

test('with IPv6 off each address of IPv4 answers where it says, also on port 80, and ::1 is no address of this machine', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-listening-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const hosts = ['127.0.0.1', 'localhost', '::', '::1'];
  const said = await withoutIpv6(join(import.meta.dirname, 'listening-alone.ts'), folder, ...hosts);
  if (said === null) return context.skip('networks of their own are not permitted here: IPv6 off is not tried');
  expect(said).toEqual([
    ...['127.0.0.1 200 80', 'localhost 200 80', ':: 200 80'],
    expect.stringMatching(/^::1 port_unavailable: .*::1 is no address of this machine.*LEADMASTER_HOST.*127\.0\.0\.1/),
  ]);
});

test('an address that this machine has not is named, with the setting; a program on the port is told of as that', async () => {
  await expect(startAt('192.0.2.1', await freePort())).rejects.toMatchObject({
    code: 'port_unavailable',
    message: expect.stringContaining('192.0.2.1 is no address of this machine'),
    hint: expect.stringMatching(/LEADMASTER_HOST.*127\.0\.0\.1/),
  });
  const taken = createServer();
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  await expect(startAt('127.0.0.1', port)).rejects.toMatchObject({
    code: 'port_unavailable',
    hint: expect.stringMatching(/^End that program.*SESSION_MANAGER_PORT/),
  });
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import { freePort } from '@leadmaster/testkit/free-port';
import { expect, onTestFinished } from 'vitest';

const NAME = 'leadmaster.example.org';
const PACKAGING = join(CHECKOUT, 'packaging');

/** What a proxy has written of the requests, where it writes that. */
const ACCESS_LOG = 'access.log';

/** A proxy in front of a hub, by the file that is shipped for it. */
export interface FrontProxy {
  name: string;
  command: string;
  /** Writes what it reads into a folder, with other ports and places than those of an installation; answers its arguments. */
  set: (at: { folder: string; port: number; plainPort: number; hubPort: number }) => string[];
}

export const NGINX: FrontProxy = {
  name: 'nginx',
  command: 'nginx',
  set({ folder, port, plainPort, hubPort }) {
    const shared = join(folder, 'leadmaster-proxy.conf');
    writeFileSync(shared, shipped('nginx-proxy.conf').replace('127.0.0.1:3012', `127.0.0.1:${hubPort}`));
    const servers = shipped('nginx.conf')
      .replaceAll(/^ *listen \[::\].*\n/gm, '')
      .replace('listen 80;', `listen 127.0.0.1:${plainPort};`)
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll('/etc/nginx/leadmaster-proxy.conf', shared)
      .replace('/etc/ssl/leadmaster.pem', join(folder, 'cert.pem'))
      .replace('/etc/ssl/leadmaster.key', join(folder, 'key.pem'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${join(folder, kind)};`,
    );
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user} daemon off; pid ${join(folder, 'pid')}; error_log stderr; worker_processes 1;
      events {} http { access_log ${join(folder, ACCESS_LOG)}; ${temporary.join(' ')} ${servers} }`,
    );
    return ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  },
};

export const CADDY: FrontProxy = {
  name: 'Caddy',
  command: 'caddy',
  set({ folder, port, plainPort, hubPort }) {
    const site = shipped('Caddyfile')
      .replace('127.0.0.1:3012', `127.0.0.1:${hubPort}`)
      .replace(
        `\n${NAME} {`,
        `\nhttps://${NAME}:${port} {\n\ttls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`,
      );
    const own = `{\n\tadmin off\n\thttp_port ${plainPort}\n\tauto_https disable_redirects\n\tgrace_period 1s\n}\n`;
    writeFileSync(join(folder, 'Caddyfile'), `${own}${site}`);
    return ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
  },
};

function shipped(file: string): string {
  return readFileSync(join(PACKAGING, file), 'utf8');
}

/** Why a proxy cannot be tried here; null where it can. */
export function proxyMissing({ name, command }: FrontProxy): string | null {
  for (const needed of [command, 'openssl']) {
    try {
      execFileSync('sh', ['-c', `command -v ${needed}`], { stdio: 'ignore' });
    } catch {
      return needed === command ? `${name} is not installed` : `${needed} is not installed`;
    }
  }
  return null;
}

/** Starts a proxy until the end of the test; answers its port without TLS, and all that it has logged. */
export async function behind(
  proxy: FrontProxy,
  { port, hubPort }: { port: number; hubPort: number },
): Promise<{ plainPort: number; logged: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-proxy-'));
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
    stdio: 'ignore',
  });
  const plainPort = await freePort();
  const args = proxy.set({ folder, port, plainPort, hubPort });
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(proxy.command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  onTestFinished(async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  });
  const answers = async (): Promise<string> => {
    if (child.exitCode !== null) throw new Error(`${proxy.name} has ended: ${said}`);
    return String((await through(port, '/health').catch(() => null))?.status ?? said);
  };
  await expect.poll(answers, { timeout: 20_000 }).toBe('200');
  const access = join(folder, ACCESS_LOG);
  return { plainPort, logged: () => `${said}${existsSync(access) ? readFileSync(access, 'utf8') : ''}` };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGTERM');
  await promise;
}

export interface Through {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Answers as soon as these letters have come, and hangs up. */
  untilText?: string;
}

/** One request by way of the proxy: its certificate is not one that this machine trusts. */
export function through(port: number, path: string, { method = 'GET', headers, body, untilText }: Through = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: NodeJS.Dict<string | string[]>;
    text: string;
  }>();
  const options = { host: '127.0.0.1', port, path, method, servername: NAME, rejectUnauthorized: false, agent: false };
  const sent = request({ ...options, headers: { host: `${NAME}:${port}`, ...headers } }, (answer) => {
    let text = '';
    const told = (): void => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
    answer.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      if (untilText === undefined || !text.includes(untilText)) return;
      told();
      sent.destroy();
    });
    answer.on('end', () => {
      told();
      // What it still had to send is of no use.
      sent.destroy();
    });
    answer.on('error', reject);
  });
  sent.on('error', reject).end(body);
  return promise;
}

/** The public address of a hub behind a proxy on that port. */
export function urlBehind(port: number): string {
  return `https://${NAME}:${port}`;
}

import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** Where the sessions' browsers find a host, by the flags that they are started with (`CHROME_ARGS`). */
interface Route {
  host: string;
  port: number;
}

export interface Answer {
  status: number;
  body: string;
}

/** WhatsApp's hosts as this process reaches them. A question that could not be asked has no answer: null. */
export interface PageNetwork {
  ask(method: 'GET' | 'HEAD', url: string, signal: AbortSignal): Promise<Answer | null>;
}

const MAX_BYTES = 8 * 2 ** 20;

/**
 * Asks WhatsApp's hosts from Node, the way that the flags of the browsers lead: host mappings and the certificates that
 * they trust are honoured. Where the browsers go through a proxy nothing is asked: what Node would see is not what they see.
 */
export function pageNetwork(chromeArgs: readonly string[], userAgent: () => Promise<string>): PageNetwork {
  const isProxied = chromeArgs.some((arg) => /^--proxy-(?:server|pac-url)=/.test(arg));
  const trusted = flagValue(chromeArgs, '--ignore-certificate-errors-spki-list')?.split(',') ?? null;
  return {
    async ask(method, url, signal) {
      const target = new URL(url);
      const route = isProxied || target.protocol !== 'https:' ? null : routeTo(chromeArgs, target);
      if (route === null) return null;
      const headers = { host: target.host, 'user-agent': await userAgent(), accept: 'text/html,*/*' };
      try {
        return await send({ method, target, route, headers, trusted, signal });
      } catch {
        // Unreachable is not an answer: it says nothing of the page.
        return null;
      }
    },
  };
}

interface Sending {
  method: string;
  target: URL;
  route: Route;
  headers: Record<string, string>;
  trusted: readonly string[] | null;
  signal: AbortSignal;
}

function send({ method, target, route, headers, trusted, signal }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ method, headers, signal, ...route },
      path: target.pathname + target.search,
      servername: target.hostname,
      // The certificates that the browsers are told to trust are checked here, since TLS does not know them.
      rejectUnauthorized: trusted === null,
      agent: false,
    });
    asked.on('socket', (socket) => {
      if (trusted !== null) socket.once('secureConnect', () => requireTrusted(socket as TLSSocket, trusted));
    });
    asked.on('response', (response) => void answerOf(response).then(resolve, reject));
    asked.on('error', reject);
    asked.end();
  });
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error('the answer is too long');
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') };
}

function requireTrusted(socket: TLSSocket, trusted: readonly string[]): void {
  if (socket.authorized) return;
  const key = new X509Certificate(socket.getPeerCertificate().raw).publicKey.export({ type: 'spki', format: 'der' });
  const print = createHash('sha256').update(key).digest('base64');
  if (!trusted.includes(print)) socket.destroy(new Error('the certificate is not trusted'));
}

/** The first rule that fits decides, as in Chromium; a host that is mapped to nothing is not reached. */
function routeTo(chromeArgs: readonly string[], { hostname, port }: URL): Route | null {
  const direct = { host: hostname, port: port === '' ? 443 : Number(port) };
  for (const rule of (flagValue(chromeArgs, '--host-resolver-rules') ?? '').split(',')) {
    const [, pattern, to] = /^\s*MAP\s+(\S+)\s+(\S+)\s*$/.exec(rule) ?? [];
    if (pattern === undefined || to === undefined || !fits(pattern, hostname)) continue;
    if (to === '~NOTFOUND') return null;
    const [, host, mapped] = /^(.*?)(?::(\d+))?$/.exec(to) ?? [];
    return { host: host ?? to, port: mapped === undefined ? direct.port : Number(mapped) };
  }
  return direct;
}

function fits(pattern: string, hostname: string): boolean {
  return pattern === '*' || pattern === hostname || (pattern.startsWith('*.') && hostname.endsWith(pattern.slice(1)));
}

function flagValue(args: readonly string[], flag: string): string | undefined {
  return args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);
}

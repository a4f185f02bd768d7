import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.ts';
import { driftsInForce } from './drifts.ts';
import type { FaultState } from './faults.ts';
import { paddingScript } from './padding.ts';
import { LOADER_STUBS } from './page-stubs.ts';
import type { ServerContext } from './server-context.ts';

const PAGE_FOLDER = fileURLToPath(new URL('page/', import.meta.url));

const FOR_EVER = 'public, max-age=31536000, immutable';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** Serves web.whatsapp.com: the page, its scripts, its service worker. */
export class PageHost {
  readonly #context: ServerContext;
  readonly #host: string;
  readonly #scripts: ReadonlyMap<string, Buffer>;
  readonly #build: string;
  readonly #server: Server;
  #port: number;

  constructor(context: ServerContext, certificate: Certificate, host: string, port: number) {
    this.#context = context;
    this.#host = host;
    this.#port = port;
    this.#scripts = new Map(readdirSync(PAGE_FOLDER).map((name) => [name, readFileSync(PAGE_FOLDER + name)]));
    const hash = createHash('sha256');
    for (const script of this.#scripts.values()) hash.update(script);
    this.#build = hash.digest('hex').slice(0, 10);
    this.#server = createServer(certificate, (request, response) => this.#serve(request, response));
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  get server(): Server {
    return this.#server;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, and learns its port. */
  async open(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(this.#port, this.#host, resolve);
    try {
      await promise;
    } finally {
      this.#server.off('error', reject);
    }
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Listens on its old port again, which for a moment may be somebody's outgoing one. */
  async #reopen(): Promise<void> {
    for (let left = 50; ; left--) {
      try {
        return await this.open();
      } catch (error) {
        if (left === 0) throw error;
        await sleep(100);
      }
    }
  }

  /** Ends for good, with every connection. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  /** Stops listening. Sockets that became WebSockets are not the host's any more and stay. */
  #shut(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Puts a change of the outage into force. */
  async applyOutage(now: FaultState, before: FaultState): Promise<void> {
    if (now.outage === before.outage) return;
    if (before.outage === 'page_unreachable') await this.#reopen();
    if (now.outage === 'page_unreachable') this.#shut();
    // Requests that hang keep hanging for ever in the browser unless their connection ends.
    if (before.outage === 'page_hanging') this.#server.closeAllConnections();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#context.faults.current.outage === 'page_hanging') return;
    const url = new URL(request.url ?? '/', 'https://web.whatsapp.com');
    const { pathname } = url;
    const name = /^\/static\/[\w.-]+\/([\w-]+\.js)$/.exec(pathname)?.[1] ?? '';
    const script = this.#scripts.get(name);
    if (pathname === '/') send(response, 200, 'text/html; charset=utf-8', this.#html(), 'no-cache');
    else if (pathname === '/sw.js') send(response, 200, JAVASCRIPT, this.#scripts.get('sw.js') ?? '', 'no-cache');
    else if (name === 'app.js') {
      send(response, 200, JAVASCRIPT, paddingScript(Number(url.searchParams.get('bytes'))), FOR_EVER);
    } else if (script) send(response, 200, JAVASCRIPT, script, FOR_EVER);
    else send(response, 404, 'text/plain', 'not found', 'no-cache');
  }

  /**
   * The page itself. Like WhatsApp's it names its version and the scripts of that version, so that a kept copy of it
   * (whatsapp-web.js keeps one per version) is a whole old page.
   */
  #html(): string {
    const { version, scriptBytes, date, drifts, speed } = this.#context.settings().page;
    const base = `/static/${version}-${this.#build}`;
    const modules = [...this.#scripts.keys()].filter((name) => name !== 'sw.js');
    return [
      '<!DOCTYPE html>',
      '<html id="whatsapp-web" lang="en">',
      '<head><meta charset="utf-8"><title>WhatsApp Web</title><link rel="icon" href="data:,">',
      `<script>${LOADER_STUBS}</script>`,
      `<script>window.__version = ${JSON.stringify(version)}; window.__speed = ${speed};`,
      `window.__drifts = ${JSON.stringify(driftsInForce(date, drifts))};</script>`,
      ...modules.map((name) => `<link rel="modulepreload" href="${base}/${name}">`),
      scriptBytes > 0 ? `<script defer src="${base}/app.js?bytes=${scriptBytes}"></script>` : '',
      `<script type="module" src="${base}/main.js"></script>`,
      '</head>',
      '<body><div id="app"></div></body></html>',
      '',
    ].join('\n');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer, cache: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': cache,
  });
  response.end(body);
}

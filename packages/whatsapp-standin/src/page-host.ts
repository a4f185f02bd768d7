import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ServedBuild, servedBuild } from './builds.ts';
import type { Certificate } from './certificate.ts';
import type { FaultState } from './faults.ts';
import { paddingScript } from './padding.ts';
import { pageHtml, UNSUPPORTED_HTML } from './page-html.ts';
import { type ServerContext, serverNow } from './server-context.ts';

const PAGE_FOLDER = fileURLToPath(new URL('page/', import.meta.url));

const FOR_EVER = 'public, max-age=31536000, immutable';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const HTML = 'text/html; charset=utf-8';
/** What the page loads when it needs it, and not at its start. */
const LAZY = 'lazy.js';

/** Serves web.whatsapp.com: the page, its scripts, its service worker. */
export class PageHost {
  readonly #context: ServerContext;
  readonly #host: string;
  readonly #scripts: ReadonlyMap<string, Buffer>;
  readonly #build: string;
  readonly #server: Server;
  #port: number;
  #pageLoads = 0;

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

  /** Listens on its old port again, which for a moment may be another program's outgoing one. */
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

  /** Stops listening. Sockets that became WebSockets are no longer the host's and stay. */
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
    const { outage } = this.#context.faults.current;
    if (outage === 'page_hanging') return;
    if (outage === 'page_error') this.#send(response, 503, 'text/plain', 'not now', 'no-cache');
    else this.#answer(request, response);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'https://web.whatsapp.com');
    const { pathname } = url;
    const asset = /^\/static\/([\w.-]+)\/([\w-]+\.js)$/.exec(pathname);
    if (pathname === '/') this.#sendPage(request, response);
    else if (pathname === '/check-update') this.#sendUpdate(url, response);
    else if (pathname === '/sw.js') this.#send(response, 200, JAVASCRIPT, this.#scripts.get('sw.js') ?? '', 'no-cache');
    else if (asset) this.#sendAsset(asset[1] ?? '', asset[2] ?? '', url, response);
    else this.#send(response, 404, 'text/plain', 'not found', 'no-cache');
  }

  #sendPage(request: IncomingMessage, response: ServerResponse): void {
    // A service worker that fetches its copy gets what the page before it got.
    const build = servedBuild(
      this.#context.settings().page,
      request.headers['x-copy'] ? Math.max(0, this.#pageLoads - 1) : this.#pageLoads++,
    );
    const unsupported = build.drifts['unsupported-browser'];
    const headless = /headless/i.test(request.headers['user-agent'] ?? '');
    const refused = unsupported === 'always' || (unsupported !== undefined && headless);
    this.#send(response, 200, HTML, refused ? UNSUPPORTED_HTML : this.#html(build), 'no-cache');
  }

  #sendAsset(folder: string, name: string, url: URL, response: ServerResponse): void {
    const script = name === 'app.js' ? paddingScript(Number(url.searchParams.get('bytes'))) : this.#scripts.get(name);
    if (script === undefined || this.#isGone(folder, name)) {
      this.#send(response, 404, 'text/plain', 'not found', 'no-cache');
    } else this.#send(response, 200, JAVASCRIPT, script, FOR_EVER);
  }

  /** Whether the script was taken off the host: by name of its version, or as the drift of the page says in its folder. */
  #isGone(folder: string, name: string): boolean {
    const gone = /\.gone-(eager|lazy)$/.exec(folder)?.[1];
    if (gone === (name === LAZY ? 'lazy' : 'eager')) return name === LAZY || name === 'main.js';
    return this.#context.faults.current.assetsGone.some((version) => folder.startsWith(`${version}-`));
  }

  /** `check-update`: what WhatsApp says of a version. */
  #sendUpdate(url: URL, response: ServerResponse): void {
    const { deprecated } = this.#context.faults.current;
    const version = url.searchParams.get('version') ?? '';
    const { version: currentVersion } = servedBuild(this.#context.settings().page, this.#pageLoads);
    const isBelowHard = deprecated === true || deprecated === version;
    const answer = { isBroken: false, isBelowSoft: isBelowHard, isBelowHard, hardUpdateTime: null, currentVersion };
    this.#send(response, 200, 'application/json', JSON.stringify(answer), 'no-cache');
  }

  #html(build: ServedBuild): string {
    const { scriptBytes, speed } = this.#context.settings().page;
    const gone = build.drifts['assets-gone'];
    return pageHtml(build, {
      base: `/static/${build.version}-${this.#build}${gone === undefined ? '' : `.gone-${gone}`}`,
      scripts: [...this.#scripts.keys()].filter((name) => name !== 'sw.js' && name !== LAZY),
      scriptBytes,
      speed,
    });
  }

  #send(response: ServerResponse, status: number, type: string, body: string | Buffer, cache: string): void {
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': cache,
      Date: new Date(serverNow(this.#context)).toUTCString(),
    });
    response.end(body);
  }
}
